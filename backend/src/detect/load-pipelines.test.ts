import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../config.ts';
import { loadPipelines, wholePipeline } from './load-pipelines.ts';
import { placeName, planOf } from './pipeline/pipeline.ts';

const logsource = (text: string) => {
  const [product = '', category = '', service = ''] = text.split('/');
  return { product, category, service };
};

describe('the pipelines of the service', () => {
  // prettier-ignore
  const places: readonly (readonly [string, string, readonly string[]])[] = [
    ['windows/process_creation', 'Image', ['fields[Image]']],
    ['windows/process_creation', 'CommandLine', ['fields[CommandLine]']],
    ['windows/process_creation', 'User', ['fields[User]']],
    ['windows/process_creation', 'ProcessId', ['pid']],
    ['linux/process_creation', 'ProcessId', ['pid']],
    ['windows//security', 'ProcessId', ['fields[ProcessId]']],
    ['windows//security', 'TargetUserName', ['fields[TargetUserName]']],
    ['windows//security', 'IpAddress', ['fields[IpAddress]']],
    ['windows//security', 'winlog.event_data.IpAddress', ['fields[IpAddress]']],
    ['windows/network_connection', 'DestinationIp', ['fields[DestinationIp]']],
    ['windows/dns_query', 'QueryName', ['fields[QueryName]']],
    ['windows//application', 'Message', ['message', 'fields[Message]']],
    ['linux//sshd', 'Message', ['fields[Message]']],
    ['x', 'src_ip', ['src_ip']],
    ['x', 'source.ip', ['src_ip']],
    ['x', 'user.name', ['user']],
    ['x', '@timestamp', ['ts']],
    ['x', 'Source.IP', ['fields[Source.IP]']],
    ['linux//auditd', 'type', ['fields[type]']],
    ['linux//auditd', 'auditd.data.a0', ['fields[a0]']],
    ['linux//sshd', 'auditd.data.a0', ['fields[auditd.data.a0]']],
    ['linux//sudo', 'USER', ['target_user']],
    ['linux//auth', 'USER', ['fields[USER]']],
    ['/firewall', 'username', ['user']],
    ['/webserver', 'username', ['fields[username]']],
    ['linux/firewall', 'action', ['action']],
    ['fortigate//event', 'action', ['fields[action]']],
    ['github//audit', 'action', ['fields[action]']],
    ['/dns', 'query', ['dns_query']],
    ['/dns', 'record_type', ['fields[record_type]']],
    ['mysql', 'query', ['fields[query]']],
    ['/proxy', 'c-uri', ['http_url']],
    ['/proxy', 'c-useragent', ['fields[c-useragent]', 'fields[cs-user-agent]']],
    ['/proxy', 'cs-host', ['fields[cs-host]']],
    ['/webserver', 'cs-uri-query', ['fields[cs-uri-query]']],
    ['/webserver', 'c-ip', ['src_ip']],
    ['zeek//http', 'host', ['fields[host]']],
    ['zeek//http', 'c-uri', ['fields[uri]']],
    ['zeek//conn', 'id.orig_h', ['src_ip']],
    ['zeek//dns', 'query', ['dns_query']],
    ['zeek//conn', 'query', ['fields[query]']],
    ['suricata', 'id.orig_h', ['fields[id.orig_h]']],
    ['aws//cloudtrail', 'eventName', ['fields[eventName]']],
    ['aws//cloudtrail', 'sourceIPAddress', ['src_ip', 'fields[sourceIPAddress]']],
    ['azure//signinlogs', 'ResultType', ['fields[ResultType]', 'fields[resultType]']],
    ['okta//okta', 'ResultType', ['fields[ResultType]']],
    ['gcp//gcp.audit', 'data.protoPayload.serviceName', ['fields[data.protoPayload.serviceName]', 'fields[protoPayload.serviceName]']],
    ['macos/process_creation', 'Image', ['fields[Image]']],
  ];
  it.each(places)('%s: %s', async (source, field, wanted) => {
    const { pipeline, issues } = await loadPipelines();
    expect(issues).toEqual([]);
    expect(planOf(pipeline, logsource(source)).places(field).map(placeName)).toEqual(wanted);
  });

  const all = { product: '', category: '', service: '' };
  // prettier-ignore
  const routes: readonly (readonly [string, readonly Record<string, string>[]])[] = [
    ['windows/registry_event', ['registry_event', 'registry_add', 'registry_delete', 'registry_set', 'registry_rename'].map((category) => ({ product: 'windows', category }))],
    ['windows/registry_set', [{ product: 'windows', category: 'registry_set' }]],
    ['windows/clipboard_capture', [{ product: 'windows', category: 'clipboard_change' }]],
    ['windows/file_delete_detected', [{ product: 'windows', category: 'file_delete' }]],
    ['windows//security', [{ product: 'windows', service: 'security' }]],
    ['linux//auth', [{ product: 'linux', category: 'authentication' }, { product: 'linux', category: '' }, all]],
    ['linux//sshd', [{ product: 'linux', service: 'sshd' }]],
    ['linux//sudo', [{ product: 'linux', service: 'sudo' }]],
    ['linux//auditd', [{ product: 'linux', service: 'auditd' }]],
    ['linux//cron', [{ product: 'linux' }, all]],
    ['linux//syslog', [{ product: 'linux' }, all]],
    ['linux', [{ product: 'linux' }, all]],
    ['linux/process_creation', [{ product: 'linux', category: 'process_creation' }]],
    ['cisco//syslog', [{ product: 'cisco', service: 'syslog' }]],
    ['/firewall', [{ category: 'firewall' }]],
    ['kubernetes/application/audit', [{ product: 'kubernetes', service: 'audit' }]],
  ];
  it.each(routes)('%s reads', async (source, wanted) => {
    const { pipeline } = await loadPipelines();
    expect(planOf(pipeline, logsource(source)).routes).toEqual(wanted);
  });

  it('ask a rule about one program without a parser for that program', async () => {
    const { pipeline } = await loadPipelines();
    const conditions = (source: string) => planOf(pipeline, logsource(source)).conditions.length;
    expect([
      conditions('linux//cron'),
      conditions('linux//vsftpd'),
      conditions('windows/file_delete_detected'),
    ]).toEqual([1, 1, 1]);
    expect([conditions('linux//auth'), conditions('linux'), conditions('windows/file_delete')]).toEqual([0, 0, 0]);
  });
});

describe("pipelines of one's own", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'loglake-pipelines-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const write = (name: string, mapping: string, priority = 0): void =>
    writeFileSync(
      path.join(directory, name),
      `name: T\npriority: ${priority}\ntransformations:\n  - {type: field_name_mapping, mapping: {${mapping}}}\n`
    );
  const places = async (source: string, field: string): Promise<string[]> => {
    const { pipeline, issues } = await loadPipelines(directory);
    expect(issues).toEqual([]);
    return planOf(pipeline, logsource(source)).places(field).map(placeName);
  };

  it('map to columns and to ECS names, which the service maps on', async () => {
    write('mine.yml', 'client: source.ip, server: dst_ip');
    expect(await places('mine', 'client')).toEqual(['src_ip']);
    expect(await places('mine', 'server')).toEqual(['dst_ip']);
    expect(await places('mine', 'other')).toEqual(['fields[other]']);
  });
  it('come before those of the service by priority, and after them at an equal one', async () => {
    write('first.yml', 'query: "fields[mine]"', 19);
    expect(await places('/dns', 'query')).toEqual(['fields[mine]']);
    rmSync(path.join(directory, 'first.yml'));
    write('equal.yml', 'query: "fields[mine]"', 20);
    expect(await places('/dns', 'query')).toEqual(['dns_query']);
  });
  it('may have the names of the other data files of the service', async () => {
    write('fields.yml', 'a: src_ip');
    expect(await places('mine', 'a')).toEqual(['src_ip']);
  });
  it('report what is wrong with its file, and everything at once', async () => {
    write('a.yml', 'a: nowhere');
    write('b.yml', 'a: []');
    writeFileSync(path.join(directory, 'note.txt'), 'not a pipeline');
    const { issues } = await loadPipelines(directory);
    expect(issues.map(({ code, path: file }) => [code, path.basename(file)]).sort()).toEqual([
      ['pipeline.shape', 'b.yml'],
      ['pipeline.target_unknown', 'a.yml'],
    ]);
  });
  it('stop the service when something is wrong, each problem with its place', async () => {
    write('a.yml', 'a: nowhere, b: src_ip, c: elsewhere');
    await expect(wholePipeline(directory)).rejects.toThrow(ConfigError);
    await expect(wholePipeline(directory)).rejects.toThrow(/a\.yml:4:45 .*\n.*a\.yml:4:/);
    write('a.yml', 'a: src_ip');
    expect((await wholePipeline(directory)).transformations.length).toBeGreaterThan(1);
  });
  it('report a directory that is not there', async () => {
    const { issues } = await loadPipelines(path.join(directory, 'missing'));
    expect(issues).toMatchObject([{ code: 'pipeline.unreadable' }]);
  });
});
