import { eventNear, pick, seededRandom, type Random } from '../src/detect/compile/event-generator.ts';
import { placeNamed } from '../src/detect/pipeline/pipeline.ts';
import type { Logsource, SingleRule } from '../src/detect/rule.ts';

/** A row of `event` as an insert takes it. */
export interface BenchEvent {
  readonly [column: string]: unknown;
  readonly fields: Readonly<Record<string, string | null>>;
}

/** Where the streams begin: 2026-11-21T08:00:00Z; a million events take an hour. */
const startMs = Date.UTC(2026, 10, 21, 8);
const spanMs = 3_600_000;

const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => random(16).toString(16)).join('');
const guid = (random: Random): string =>
  `{${hex(random, 8)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 12)}}`;
const word = (random: Random): string =>
  pick(random, ['alpha', 'report', 'sync', 'index', 'cache', 'update', 'client', 'backup', 'agent', 'store', 'mail', 'print', 'audit', 'login', 'media', 'policy']) + random(40).toString(); // prettier-ignore
const host = (random: Random): string => `ws-${String(random(400)).padStart(3, '0')}.example.org`;
const user = (random: Random): string => `EXAMPLE\\user${random(300)}`;
const address = (random: Random): string => `192.0.2.${random(256)}`;

interface Program {
  readonly image: string;
  readonly name: string;
  readonly company: string;
  readonly hashes: string;
}

/** 400 programs, a few of them started most of the time. */
function programsOf(random: Random): readonly Program[] {
  const folders = ['C:\\Windows\\System32', 'C:\\Windows\\SysWOW64', 'C:\\Program Files\\Example\\Suite', 'C:\\Program Files (x86)\\Vendor\\Tools', 'C:\\Users\\user1\\AppData\\Local\\App']; // prettier-ignore
  const known = ['svchost.exe', 'cmd.exe', 'conhost.exe', 'powershell.exe', 'rundll32.exe', 'msiexec.exe', 'taskhostw.exe', 'explorer.exe', 'chrome.exe', 'wmiprvse.exe', 'dllhost.exe', 'regsvr32.exe']; // prettier-ignore
  return Array.from({ length: 400 }, (_, n) => {
    const name = known[n] ?? `${word(random)}.exe`;
    return {
      name,
      image: `${n < known.length ? folders[0] : pick(random, folders)}\\${name}`,
      company: pick(random, ['Microsoft Corporation', 'Example Software GmbH', 'Vendor Inc.']),
      hashes: `SHA1=${hex(random, 40).toUpperCase()},MD5=${hex(random, 32).toUpperCase()},IMPHASH=${hex(random, 32).toUpperCase()}`,
    };
  });
}

const programs = programsOf(seededRandom(7));
const programOf = (random: Random, among: readonly Program[] = plainPrograms): Program =>
  pick(random, random(3) === 0 ? among : among.slice(0, 40));

function commandLine(random: Random, { image }: Program): string {
  const parts = [`"${image}"`];
  for (let count = 1 + random(5); count > 0; count -= 1) {
    parts.push(pick(random, ['-k', '/c', '--type=renderer', '-Embedding', '/s', '--field-trial-handle=', '-p', '/q']) + (random(2) === 0 ? ` ${word(random)}` : String(random(5000)))); // prettier-ignore
  }
  return parts.join(' ');
}

/** Programs that no rule is about, as most are. */
const plainPrograms = programs.slice(12);

/** The 25 values of Sysmon's event 1. */
export function processFields(random: Random, among: readonly Program[] = programs): Record<string, string> {
  const [own, parent] = [programOf(random, among), programOf(random, among)];
  return {
    EventID: '1',
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    Provider_Name: 'Microsoft-Windows-Sysmon',
    Computer: host(random),
    UtcTime: '2026-11-21 08:00:00.123',
    ProcessGuid: guid(random),
    ProcessId: String(random(20_000)),
    Image: own.image,
    FileVersion: '10.0.22621.1 (WinBuild.160101.0800)',
    Description: `${own.name.slice(0, -4)} for Windows`,
    Product: 'Microsoft Windows Operating System',
    Company: own.company,
    OriginalFileName: own.name,
    CommandLine: commandLine(random, own),
    CurrentDirectory: pick(random, ['C:\\Windows\\system32\\', 'C:\\Users\\user1\\', 'C:\\']),
    User: user(random),
    LogonGuid: guid(random),
    LogonId: `0x${hex(random, 6)}`,
    IntegrityLevel: pick(random, ['Medium', 'High', 'System']),
    Hashes: own.hashes,
    ParentProcessGuid: guid(random),
    ParentProcessId: String(random(20_000)),
    ParentImage: parent.image,
    ParentCommandLine: commandLine(random, parent),
    ParentUser: user(random),
  };
}

/** Neighbouring values of a log source of the mix, beside what all events have. */
const shapes: Readonly<Record<string, (random: Random) => Record<string, string>>> = {
  process_creation: (random) => processFields(random, plainPrograms),
  registry_set: (random) => ({
    EventID: '13', EventType: 'SetValue', Image: programOf(random).image, ProcessGuid: guid(random),
    TargetObject: `HKLM\\SOFTWARE\\Example\\${word(random)}\\${word(random)}\\${guid(random)}`, Details: `DWORD (0x${hex(random, 8)})`, User: user(random),
  }),
  file_event: (random) => ({
    EventID: '11', Image: programOf(random).image, ProcessGuid: guid(random), User: user(random),
    TargetFilename: `C:\\Users\\user${random(300)}\\AppData\\Local\\Temp\\${word(random)}\\${hex(random, 8)}.tmp`, CreationUtcTime: '2026-11-21 08:00:00.123',
  }),
  image_load: (random) => ({
    EventID: '7', Image: programOf(random).image, ImageLoaded: `C:\\Windows\\System32\\${word(random)}.dll`, Signed: 'true',
    Signature: 'Microsoft Windows', SignatureStatus: 'Valid', Hashes: programOf(random).hashes, User: user(random),
  }),
  network_connection: (random) => ({
    EventID: '3', Image: programOf(random).image, Initiated: 'true', Protocol: 'tcp', SourceIp: address(random), User: user(random),
    SourcePort: String(random(65_536)), DestinationIp: address(random), DestinationPort: pick(random, ['443', '80', '53']), DestinationHostname: `${word(random)}.example.org`,
  }),
  security: (random) => ({
    EventID: pick(random, ['4624', '4658', '4672', '5156']), Channel: 'Security', LogonType: pick(random, ['2', '3', '5']), Computer: host(random),
    SubjectUserName: `user${random(300)}`, TargetUserName: `user${random(300)}`, IpAddress: `10.0.${random(256)}.${random(256)}`, WorkstationName: `WS${random(400)}`, LogonProcessName: 'Kerberos', AuthenticationPackageName: 'Negotiate',
  }),
  ps_script: (random) => ({
    EventID: '4104', ScriptBlockText: Array.from({ length: 30 }, () => `Get-${word(random)} -Name ${word(random)};`).join('\n'), Path: `C:\\Scripts\\${word(random)}.ps1`,
  }),
  webserver: (random) => ({
    'c-ip': address(random), 'cs-method': pick(random, ['GET', 'POST']), 'sc-status': pick(random, ['200', '304', '404']),
    'cs-uri-query': `/api/${word(random)}?id=${random(10_000)}&q=${word(random)}`, 'cs-user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', 'cs-referer': 'https://www.example.org/',
  }),
  proxy: (random) => ({
    'c-uri': `https://${word(random)}.example.org/${word(random)}/${hex(random, 12)}`, 'c-useragent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0', 'cs-host': `${word(random)}.example.org`, 'sc-status': '200', 'cs-bytes': String(random(90_000)),
  }),
  dns: (random) => ({ query: `${word(random)}.${word(random)}.example.org`, record_type: 'A', answer: address(random) }),
  firewall: (random) => ({ action: pick(random, ['accept', 'drop']), SRC: address(random), DST: address(random), SPT: String(random(65_536)), DPT: String(random(1024)), PROTO: 'TCP', LEN: '60' }),
  cloudtrail: (random) => ({
    eventSource: 's3.amazonaws.com', eventName: pick(random, ['GetObject', 'PutObject', 'HeadObject']), awsRegion: 'eu-central-1', sourceIPAddress: address(random),
    'userIdentity.arn': `arn:aws:iam::000000000000:user/user${random(300)}`, 'userIdentity.type': 'IAMUser', requestID: hex(random, 16),
  }),
  auditd: (random) => ({ type: 'EXECVE', a0: pick(random, ['ls', 'cat', 'systemctl']), a1: word(random), exe: `/usr/bin/${word(random)}`, key: '(null)', auid: '1000', comm: word(random) }),
  auth: (random) => ({ pid: String(random(30_000)), method: 'publickey', port: String(random(65_536)) }),
}; // prettier-ignore

/** Log sources of the mix and how many of 100 events have each. */
const mix: readonly (readonly [shape: string, logsource: Logsource, share: number])[] = [
  ['process_creation', { product: 'windows', category: 'process_creation', service: 'sysmon' }, 15],
  ['registry_set', { product: 'windows', category: 'registry_set', service: 'sysmon' }, 9],
  ['file_event', { product: 'windows', category: 'file_event', service: 'sysmon' }, 7],
  ['image_load', { product: 'windows', category: 'image_load', service: 'sysmon' }, 5],
  ['network_connection', { product: 'windows', category: 'network_connection', service: 'sysmon' }, 5],
  ['security', { product: 'windows', category: '', service: 'security' }, 12],
  ['ps_script', { product: 'windows', category: 'ps_script', service: 'powershell' }, 1],
  ['webserver', { product: '', category: 'webserver', service: 'nginx' }, 10],
  ['proxy', { product: '', category: 'proxy', service: '' }, 8],
  ['dns', { product: '', category: 'dns', service: '' }, 8],
  ['firewall', { product: '', category: 'firewall', service: '' }, 8],
  ['cloudtrail', { product: 'aws', category: '', service: 'cloudtrail' }, 4],
  ['auditd', { product: 'linux', category: '', service: 'auditd' }, 4],
  ['auth', { product: 'linux', category: 'authentication', service: 'sshd' }, 4],
];
const wheel = mix.flatMap((entry) => Array.from({ length: entry[2] }, () => entry));

const uuid = (seed: number, n: number): string =>
  `${seed.toString(16).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

function rowOf(seed: number, n: number, random: Random, logsource: Logsource, fields: Record<string, string | null>) {
  const at = new Date(startMs + Math.floor((n * spanMs) / 1_000_000) + random(1000)).toISOString();
  const id = uuid(seed, n);
  const who = fields['User'] ?? fields['SubjectUserName'] ?? null;
  return { id, raw_id: id, ts: at, received_at: new Date(startMs).toISOString(), ts_quality: 'exact', parser: 'bench', ...logsource, host: fields['Computer'] ?? host(random), user: who, src_ip: fields['SourceIp'] ?? fields['IpAddress'] ?? null, message: '' }; // prettier-ignore
}

/** Only ASCII: ILIKE folds other letters than Sigma's rules here do, and hits are to be equal. */
function ascii(value: string | null | undefined): string | null | undefined {
  return typeof value === 'string' ? value.replace(/[^\t\n\r\x20-\x7e]/g, '') : value;
}

/** Puts values near what the rule asks into a plain event. */
function withRule(row: BenchEvent, rule: SingleRule, random: Random): BenchEvent {
  const near = eventNear(rule.expression, placeNamed, random);
  const columns = Object.entries(near).filter(([name]) => name !== 'fields' && name !== 'ts');
  const fields = Object.entries(near.fields ?? {}).map(([key, value]) => [key, ascii(value)]);
  return {
    ...row,
    ...Object.fromEntries(columns.map(([name, value]) => [name, typeof value === 'string' ? ascii(value) : value])),
    fields: { ...row.fields, ...(Object.fromEntries(fields) as Record<string, string | null>) },
  };
}

/** Process creations, of which 4.5 % are built from literals of the rules. The same for the same seed and rules. */
export function* processCreations(count: number, rules: readonly SingleRule[], seed = 1): Generator<BenchEvent> {
  const random = seededRandom(seed);
  const logsource = { product: 'windows', category: 'process_creation', service: 'sysmon' };
  for (let n = 0; n < count; n += 1) {
    const fields = processFields(random);
    const row = { ...rowOf(seed, n, random, logsource, fields), fields };
    yield random(1000) < 45 ? withRule(row, pick(random, rules), random) : row;
  }
}

/** How many of 1,000 mixed events are built from literals of the rules, over all their log sources. */
export const mixedFromRules = 10;

/** Mixed events of many log sources. */
export function* mixedEvents(count: number, rules: readonly SingleRule[], seed = 2): Generator<BenchEvent> {
  const random = seededRandom(seed);
  for (let n = 0; n < count; n += 1) {
    const fromRule = random(1000) < mixedFromRules ? pick(random, rules) : undefined;
    const [shape, logsource] = pick(random, wheel);
    const route = { product: '', category: '', service: '', ...fromRule?.routes[0] };
    const fields = shapes[fromRule === undefined ? shape : route.category]?.(random) ?? {};
    const row = { ...rowOf(seed, n, random, fromRule === undefined ? logsource : route, fields), fields };
    yield fromRule === undefined ? row : withRule(row, fromRule, random);
  }
}
