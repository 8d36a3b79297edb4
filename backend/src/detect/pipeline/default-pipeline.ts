import type { EventColumn, Pipeline } from './pipeline.ts';

const same = (...columns: EventColumn[]): Record<string, EventColumn> =>
  Object.fromEntries(columns.map((column) => [column, column]));

/**
 * The standard names of the columns of `event` (migration 0002_event.sql): their own and ECS. Every
 * other name, those of endpoint events (Image, CommandLine, User, ...) above all, is a key of `fields`: parsers keep
 * each value there under the name its source gives it, and copy some to columns.
 */
export const defaultPipeline: Pipeline = {
  name: 'event',
  fields: {
    // Not product, category, service, source, parser: logs have fields of those names, and logsource selects by them.
    ...same('severity', 'facility', 'host', 'src_ip', 'dst_ip', 'src_port', 'dst_port', 'src_mac', 'dst_mac'),
    ...same('protocol', 'user', 'target_user', 'program', 'pid', 'action', 'outcome', 'dns_query', 'http_url'),
    ...same('process_image', 'command_line', 'message'),
    'host.name': 'host',
    'source.ip': 'src_ip',
    'destination.ip': 'dst_ip',
    'source.port': 'src_port',
    'destination.port': 'dst_port',
    'source.mac': 'src_mac',
    'destination.mac': 'dst_mac',
    'network.transport': 'protocol',
    'user.name': 'user',
    'user.target.name': 'target_user',
    'process.name': 'program',
    'process.pid': 'pid',
    'process.executable': 'process_image',
    'process.command_line': 'command_line',
    'event.action': 'action',
    'event.outcome': 'outcome',
    'dns.question.name': 'dns_query',
    'c-uri': 'http_url',
    'url.original': 'http_url',
  },
  entries: [
    // 4688 calls it NewProcessId: ProcessId is its parent there.
    { when: { category: 'process_creation' }, fields: { ProcessId: 'pid' } },
    { when: { category: 'dns' }, fields: { query: 'dns_query' } },
    { when: { category: 'dns_query' }, fields: { query: 'dns_query' } },
    // auth.log holds what many programs say about authentication; Sigma knows it as one service.
    { when: { product: 'linux', service: 'auth' }, events: [{ product: 'linux', category: 'authentication' }] },
  ],
};
