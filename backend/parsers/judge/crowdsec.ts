import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { column, derived, field, oneOf, type CorpusCase, type Expectation, type JudgedEvent } from './corpus-case.ts';

/** Failures of crowdsec's parsers that are not failures of the line: what they refuse, and why ours does not. */
const scopes: Readonly<Record<string, string>> = {
  'aderumier/proxmox-iptables-logs':
    'takes inbound drops and rejects only: accepted, outbound and verdictless lines are firewall lines too',
};

type Actual = Expectation['actual'];
const fieldOf =
  (name: string): Actual =>
  (event) =>
    event.fields[name] ?? null;
const withoutHex =
  (name: string): Actual =>
  (event) =>
    event.fields[name]?.replace(/^0x/, '') ?? null;

/** Of two LEN, crowdsec keeps the last. */
const lastLength: Actual = (event) => event.fields['UDP_LEN'] ?? event.fields['LEN'] ?? null;

/** `Evt.Parsed` and `Evt.Meta` names of the syslog, sshd, pam, iptables, unifi and proxmox parsers, read from our event. */
const parsed: Readonly<Record<string, string | Actual>> = {
  pid: 'pid',
  program: 'program',
  timestamp: 'ts_text',
  timestamp8601: 'ts_text',
  logdate: 'ts_text',
  sshd_client_ip: 'src_ip',
  sshd_client_port: 'src_port',
  sshd_invalid_user: 'user',
  sshd_auth_user: 'user',
  sshd_trail: (event) => `: ${event.fields['signature'] ?? ''}`,
  username: 'user',
  uid: fieldOf('uid'),
  euid: fieldOf('euid'),
  tty: fieldOf('tty'),
  logname: fieldOf('logname'),
  ruser: fieldOf('ruser'),
  src_ip: 'src_ip',
  dst_ip: 'dst_ip',
  src_port: 'src_port',
  dst_port: 'dst_port',
  dst_mac: 'dst_mac',
  proto: (event) => event.columns['protocol']?.toUpperCase() ?? null,
  length: lastLength,
  int_eth: (event) =>
    event.fields['vmid'] === undefined
      ? fieldOf('IN')(event)
      : (event.fields['rule_chain']?.replace(/-(IN|OUT)$/, '') ?? null),
  iface: fieldOf('IN'),
  oface: fieldOf('OUT'),
  physin: fieldOf('PHYSIN'),
  physout: fieldOf('PHYSOUT'),
  loglevel: fieldOf('loglevel'),
  vmid: fieldOf('vmid'),
  id: fieldOf('ID'),
  ack: fieldOf('ACK'),
  ttl: fieldOf('TTL'),
  tos: withoutHex('TOS'),
  prec: withoutHex('PREC'),
  tcp_flags: fieldOf('tcp_flags'),
  rule_id: fieldOf('rule_index'),
  dst_zone: (event) => event.fields['rule_chain']?.split('_').at(-1) ?? null,
  action: (event) => event.fields['rule_action']?.replace(/^policy /, '') ?? null,
  hostname: 'host',
};

const isInboundBlock = (event: JudgedEvent) =>
  ['deny', 'reject'].includes(event.columns['action'] ?? '') && event.fields['direction'] !== 'outbound';

const logTypes: Readonly<Record<string, readonly string[]>> = {
  'ssh_failed-auth': [
    'ssh_login_failed',
    'ssh_invalid_user',
    'ssh_login_refused',
    'auth_failed',
    'ssh_disconnect',
    'ssh_protocol_error',
  ],
  auth_success: ['ssh_login'],
  ssh_auth_timeout: ['ssh_auth_timeout'],
  ssh_bad_keyexchange: ['ssh_negotiation_failed'],
  ssh_dispatch_fatal: ['ssh_protocol_error'],
  ssh_refused_conn: ['ssh_connection_refused'],
  pam_failed_auth: ['auth_failed'],
  pam_user_lock: ['auth_locked'],
  iptables_event: ['allow', 'audit'],
};

const meta: Readonly<Record<string, (name: string, value: string) => Expectation | null>> = {
  source_ip: (name, value) => column(name, value, 'src_ip'),
  machine: (name, value) => column(name, value, 'host'),
  target_user: (name, value) => column(name, value, 'user'),
  user: (name, value) => column(name, value, 'user'),
  username: (name, value) => column(name, value, 'user'),
  action: (name, value) => oneOf(name, value, 'action', value === 'drop' ? ['deny'] : ['allow']),
  service: (name, value) => {
    if (value === 'ssh') return oneOf(name, value, 'service', ['sshd']);
    if (value === 'pam')
      return derived(name, value, (event) => (event.fields['pam_module'] === undefined ? null : 'pam'));
    return ['tcp', 'udp'].includes(value) ? column(name, value, 'protocol') : null;
  },
  log_type: (name, value) => {
    // crowdsec calls every firewall line a drop, whatever its prefix says or does not say.
    if (value === 'iptables_drop') {
      return derived(name, value, (event) =>
        event.fields['prefix'] === undefined || isInboundBlock(event) || event.columns['service'] === 'sshd'
          ? value
          : null
      );
    }
    const ours = logTypes[value];
    return ours === undefined ? null : oneOf(name, value, 'action', ours);
  },
};

/** One assertion: stage, parser, line, what, value. */
const assertion =
  /results\["([^"]+)"\]\["([^"]+)"\]\[(\d+)\]\.(\w+)(?:\.(\w+)((?:\["[^"]+"\])+))?\)?(?:\[\d+:\])? == (.*)$/;

interface Assertion {
  /** Stage, parser and number: what is asserted about one line by one parser. */
  readonly group: string;
  readonly stage: string;
  readonly parser: string;
  readonly line: number;
  /** The message that it asserts, if it does. */
  readonly message: string | null;
  readonly expectation: Expectation | null;
  readonly refused: boolean;
}

function readAssertion(text: string): Assertion | null {
  const match = assertion.exec(text);
  if (match === null || text.startsWith('basename(')) return null;
  const part = (number: number) => match[number] ?? '';
  const [stage, parser, line, what, kind, keys, quoted] = [
    part(1),
    part(2),
    part(3),
    part(4),
    part(5),
    part(6),
    part(7),
  ];
  const value = quoted.startsWith('"') ? (JSON.parse(quoted) as string) : quoted;
  const names = [...keys.matchAll(/"([^"]+)"/g)].map((key) => key[1] ?? '');
  return {
    group: `${stage} ${parser} ${line}`,
    stage,
    parser,
    line: Number(line),
    message: kind === 'Parsed' && names[0] === 'message' ? value.trim() : null,
    refused: what === 'Success' && value === 'false',
    // Its `service` is tcp whatever the protocol.
    expectation:
      parser === 'aderumier/proxmox-iptables-logs' && names[0] === 'service' ? null : expectationOf(kind, names, value),
  };
}

function expectationOf(kind: string, names: readonly string[], value: string): Expectation | null {
  const last = names.at(-1) ?? '';
  const name = `Evt.${kind}.${names.join('.')}`;
  if (kind === 'Meta') return meta[last]?.(name, value) ?? null;
  if (kind === 'Parsed') return expectParsed(name, last, value);
  if (names[0] !== 'iptables') return null;
  return last === 'LEN' ? derived(name, value, lastLength) : field(name, value, last);
}

function expectParsed(name: string, key: string, value: string): Expectation | null {
  // Later stages of crowdsec shorten the message from its front, and its log reader trims.
  if (key === 'message') {
    return derived(name, value, ({ columns: { message } }) =>
      message?.trim().endsWith(value.trim()) === true ? value : (message ?? null)
    );
  }
  const ours = parsed[key];
  if (ours === undefined) return null;
  return typeof ours === 'string' ? column(name, value, ours) : emptyAsMissing(derived(name, value, ours));
}

/** crowdsec keeps a value that is empty; we leave it out. */
function emptyAsMissing(expectation: Expectation): Expectation {
  return expectation.expected === ''
    ? { ...expectation, actual: (event) => expectation.actual(event) ?? '' }
    : expectation;
}

/**
 * The cases of one folder of crowdsec's hub. Assertions of all stages count; a refusal by a parser of the family
 * itself means that nobody may claim the line, unless `scopes` says why it is about something else.
 */
export function crowdsecCases(
  corpus: string,
  folder: string,
  log: string,
  claim: CorpusCase['claim'],
  program?: string
): CorpusCase[] {
  const lines = readFileSync(path.join(folder, log), 'utf8').split('\n');
  const assertions = readAssertions(path.join(folder, 'parser.assert'), lines);
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    const own = assertions.filter((each) => each.line === index);
    const refused = own.some((each) => each.refused && each.stage === 's01-parse' && !(each.parser in scopes));
    const scoped = own.some((each) => each.refused && each.parser in scopes);
    const isSshd = / sshd\[/.test(line);
    const expectations = [
      ...own.flatMap((each) => each.expectation ?? []),
      ...(scoped
        ? [
            derived('Success', 'false', (event) =>
              String(isInboundBlock(event) && event.fields['direction'] === 'inbound')
            ),
          ]
        : []),
    ];
    const expectedClaim = isSshd && claim === 'netfilter' ? 'linux-auth' : refused ? 'none' : claim;
    return [
      {
        corpus,
        origin: `${path.basename(folder)}#${index}`,
        line,
        envelope: program === undefined ? {} : { program },
        claim: expectedClaim,
        expectations,
      },
    ];
  });
}

/** All assertions of a file, each at its line: later stages number only what reached them, so the message decides where there is one. */
function readAssertions(file: string, lines: readonly string[]): Assertion[] {
  if (!existsSync(file)) return [];
  const all = readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => readAssertion(line) ?? []);
  const messages = new Map(all.flatMap(({ group, message }) => (message === null ? [] : [[group, message] as const])));
  return all.map((each) => {
    const message = messages.get(each.group);
    if (message === undefined || lines[each.line]?.includes(message) === true) return each;
    const line = lines.findIndex((text) => text.includes(message));
    return line < 0 ? each : { ...each, line };
  });
}
