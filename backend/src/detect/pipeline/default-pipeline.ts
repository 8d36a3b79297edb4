import type { EventColumn, Pipeline } from './pipeline.ts';

const same = (...columns: EventColumn[]): Record<string, EventColumn> =>
  Object.fromEntries(columns.map((column) => [column, column]));

/**
 * The standard names of the columns of `event` (migration 0002_event.sql): their own, Sigma's taxonomy (appendix
 * "Sigma taxonomy"), ECS. What has no column keeps its name as key of `fields`.
 */
export const defaultPipeline: Pipeline = {
  name: 'event',
  fields: {
    // Not product, category, service, source, parser: logs have fields of those names, and logsource selects by them.
    ...same('severity', 'facility', 'host', 'src_ip', 'dst_ip', 'src_port', 'dst_port', 'src_mac', 'dst_mac'),
    ...same('protocol', 'user', 'target_user', 'program', 'pid', 'action', 'outcome', 'dns_query', 'http_url'),
    ...same('process_image', 'command_line', 'message'),
    hostname: 'host',
    Computer: 'host',
    ComputerName: 'host',
    'host.name': 'host',
    SourceIp: 'src_ip',
    SourceAddress: 'src_ip',
    IpAddress: 'src_ip',
    'source.ip': 'src_ip',
    DestinationIp: 'dst_ip',
    DestAddress: 'dst_ip',
    'destination.ip': 'dst_ip',
    SourcePort: 'src_port',
    IpPort: 'src_port',
    'source.port': 'src_port',
    DestinationPort: 'dst_port',
    DestPort: 'dst_port',
    'destination.port': 'dst_port',
    'source.mac': 'src_mac',
    'destination.mac': 'dst_mac',
    Protocol: 'protocol',
    'network.transport': 'protocol',
    User: 'user',
    username: 'user',
    SubjectUserName: 'user',
    'user.name': 'user',
    TargetUserName: 'target_user',
    'user.target.name': 'target_user',
    'process.name': 'program',
    ProcessId: 'pid',
    'process.pid': 'pid',
    Image: 'process_image',
    'process.executable': 'process_image',
    CommandLine: 'command_line',
    'process.command_line': 'command_line',
    'event.action': 'action',
    'event.outcome': 'outcome',
    QueryName: 'dns_query',
    'dns.question.name': 'dns_query',
    'c-uri': 'http_url',
    'url.original': 'http_url',
  },
  entries: [
    { when: { category: 'dns' }, fields: { query: 'dns_query' } },
    { when: { category: 'dns_query' }, fields: { query: 'dns_query' } },
    // auth.log holds what many programs say about authentication; Sigma knows it as one service.
    { when: { product: 'linux', service: 'auth' }, events: [{ product: 'linux', category: 'authentication' }] },
  ],
};
