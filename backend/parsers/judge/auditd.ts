import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import {
  column,
  derived,
  field,
  logLines,
  oneOf,
  type CorpusCase,
  type Expectation,
  type JudgedEvent,
} from './corpus-case.ts';

const golden = z.array(z.record(z.string(), z.unknown()));
type Said = Readonly<Record<string, unknown>>;

/** ECS names of filebeat's auditd module, in our columns and fields. */
const columns: Readonly<Record<string, string>> = {
  '@timestamp': 'ts',
  'auditd.log.node': 'host',
  'process.name': 'program',
  'process.pid': 'pid',
  'process.executable': 'process_image',
  'source.address': 'src_ip',
  'source.ip': 'src_ip',
  'destination.address': 'dst_ip',
  'user.effective.name': 'user',
  'user.target.name': 'target_user',
};
const fields: Readonly<Record<string, string>> = {
  'auditd.log.record_type': 'type',
  'host.architecture': 'ARCH',
  'process.exit_code': 'exit',
  'process.parent.pid': 'ppid',
  'process.working_directory': 'cwd',
  'user.audit.id': 'auid',
  'user.effective.group.id': 'egid',
  'user.filesystem.id': 'fsuid',
  'user.filesystem.group.id': 'fsgid',
  'user.group.id': 'gid',
  'user.saved.id': 'suid',
  'user.saved.group.id': 'sgid',
  'user.target.id': 'id',
  'user.terminal': 'terminal',
  'group.id': 'id',
  'container.name': 'vm',
  'container.runtime': 'virt',
};
/** Its words for record types; a kernel's record is called by its type there, too. */
const actions: Readonly<Record<string, string>> = {
  'ran-command': 'user_cmd',
  'started-crypto-session': 'crypto_session',
  typed: 'tty',
  'package-updated': 'software_update',
  'booted-system': 'system_boot',
  'shutdown-system': 'system_shutdown',
  executed: 'syscall',
  'loaded-kernel-module': 'kern_module',
  'issued-vm-control': 'virt_control',
  'assigned-vm-id': 'virt_machine_id',
  'added-group-account-to': 'add_group',
  'added-user-account': 'add_user',
  'was-authorized': 'user_acct',
  'changed-password': 'user_chauthtok',
  authenticated: 'user_auth',
  'started-audit': 'daemon_start',
  'changed-audit-configuration': 'config_change',
  'started-service': 'service_start',
};

/** Control characters as filebeat shows them: ^M for a carriage return. We keep the characters. */
function withCarets(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, (letter) => `^${String.fromCharCode(letter.charCodeAt(0) ^ 64)}`);
}

/** Names that mean something else from record to record. */
const special: Readonly<Record<string, (value: string, said: Said) => Expectation>> = {
  // For records about logins and accounts filebeat takes auid as the user and uid as the effective one.
  'user.id': (value, said) => field('user.id', value, 'auditd.log.uid' in said ? 'auid' : 'uid'),
  'user.effective.id': (value, said) => field('user.effective.id', value, 'auditd.log.uid' in said ? 'uid' : 'euid'),
  // Whoever's password is changed is acted on: our target_user.
  'user.name': (value, said) => column('user.name', value, 'user.target.name' in said ? 'target_user' : 'user'),
  'event.action': (value) => oneOf('event.action', value, 'action', [actions[value] ?? value]),
  'event.outcome': (value) => oneOf('event.outcome', value, 'outcome', [value === '1' ? 'success' : value]),
  'auditd.log.data': (value) => derived('data', value, (event) => withCarets(event.fields['data'] ?? '')),
};

const prefix = 'auditd.log.';

function valueExpectation(name: string, value: string, said: Said): Expectation[] {
  const own = special[name];
  if (own !== undefined) return [own(value, said)];
  const ofColumn = columns[name];
  if (ofColumn !== undefined) return [column(name, value, ofColumn)];
  const ofField = fields[name] ?? (name.startsWith(prefix) ? name.slice(prefix.length) : undefined);
  return ofField === undefined ? [] : [field(name, value, ofField)];
}

function expectationOf(name: string, raw: unknown, said: Said): Expectation[] {
  if (name === 'process.args') {
    return [derived(name, z.array(z.string()).parse(raw).join(' '), ({ columns: own }) => own['command_line'] ?? null)];
  }
  if (name === 'process.args_count') {
    return [derived(name, String(raw), ({ columns: own }) => String(own['command_line']?.split(' ').length ?? 0))];
  }
  if (name === 'auditd.log.uid' && Array.isArray(raw)) {
    return z
      .array(z.string())
      .parse(raw)
      .map((value, index) => field(name, value, index === 0 ? 'uid' : `uid.${String(index + 1)}`));
  }
  const [only] = Array.isArray(raw) ? (raw as readonly unknown[]) : [raw];
  return typeof only === 'string' || typeof only === 'number' ? valueExpectation(name, String(only), said) : [];
}

/** What filebeat's golden files say, but for geography, the direction of the network, and its own categories and types. */
export function beatsAuditCases(folder: string): CorpusCase[] {
  return ['test.log', 'useradd.log', 'audit-cent7-node.log', 'audit-ubuntu1604.log'].flatMap((file) => {
    const events = golden.parse(JSON.parse(readFileSync(path.join(folder, `${file}-expected.json`), 'utf8')));
    return logLines(path.join(folder, file)).map((line, index) => {
      const said = events[index] ?? {};
      return caseOf(
        `${file}#${String(index)}`,
        line,
        Object.entries(said).flatMap(([name, value]) => expectationOf(name, value, said))
      );
    });
  });
}

function caseOf(origin: string, line: string, expectations: readonly Expectation[]): CorpusCase {
  return { corpus: 'linux-audit', origin, line, envelope: {}, claim: 'auditd', expectations };
}

/** crowdsec's names of things that a record says under another one. */
const metaNames: Readonly<Record<string, string>> = { auditd_eventid: 'sequence', str_UID: 'UID', str_GID: 'GID' };
const logTypes: Readonly<Record<string, readonly string[]>> = { execve: ['syscall'], anom_abend: ['anom_abend'] };

/** Its datasource is no part of the line, and its parent's name is remembered from lines before. */
const notSaid = ['datasource_path', 'datasource_type', 'parent_progname'];

/** Number of the record's time, as crowdsec and the record itself write it. */
const epoch = (event: JudgedEvent) => (Date.parse(event.columns['ts'] ?? '') / 1000).toFixed(3);

const crowdsecSpecial: Readonly<Record<string, (name: string, value: string) => Expectation>> = {
  'Meta.log_type': (name, value) => oneOf(name, value, 'action', logTypes[value] ?? []),
  'Meta.timestamp': (name, value) =>
    derived(name, value, ({ columns: own }) => (own['ts'] ?? '').replace(/\.\d+Z$/, 'Z')),
  'Parsed.timestamp': (name, value) => derived(name, value, epoch),
  'Parsed.event_inc_id': (name, value) => field(name, value, 'sequence'),
  'Parsed.message': (name, value) => column(name, value, 'message'),
  'Unmarshaled.msg': (name, value) =>
    derived(name, value, (event) => `audit(${epoch(event)}:${event.fields['sequence'] ?? ''}):`),
};

function crowdsecExpectation(kind: string, key: string, value: string): Expectation[] {
  const name = `${kind}.${key}`;
  const own = crowdsecSpecial[name];
  if (own !== undefined) return [own(name, value)];
  if (kind === 'Parsed' || notSaid.includes(key)) return [];
  return [field(name, value, metaNames[key] ?? key)];
}

const asserted = /\]\[(\d+)\]\.Evt\.(Parsed|Meta|Unmarshaled)(?:\["auditd"\])?\["(\w+)"\] == (".*")$/;
const overflow = /Events\[(\d+)\]\.GetMeta\("(\w+)"\) == (".*")$/;
const textOf = (quoted: string | undefined) => z.string().parse(JSON.parse(quoted ?? '""'));

/** Lines of crowdsec's hub with what its parser, or the scenario that they trigger, says of them. */
export function crowdsecAuditCases(root: string): CorpusCase[] {
  return ['auditd-logs', 'auditd-base64-exec', 'auditd-suid-crash'].flatMap((name) => {
    const file = name === 'auditd-logs' ? 'parser.assert' : 'scenario.assert';
    const asserts = readFileSync(path.join(root, name, file), 'utf8').split('\n');
    const metas = alertMetas(asserts);
    return logLines(path.join(root, name, `${name}.log`)).map((line, index) => {
      const parsed = asserts.flatMap((text) => {
        const match = asserted.exec(text);
        if (match === null || Number(match[1]) !== index || !text.includes('"s01-parse"')) return [];
        return crowdsecExpectation(match[2] ?? '', match[3] ?? '', textOf(match[4]));
      });
      const alerted = metas
        .filter((meta) => isOf(line, meta))
        .flatMap((meta) => [...meta].flatMap(([key, value]) => crowdsecExpectation('Meta', key, value)));
      return caseOf(`${name}#${String(index)}`, line, [...parsed, ...alerted]);
    });
  });
}

/** What the alert says of each of its events, by name. */
function alertMetas(asserts: readonly string[]): Map<string, string>[] {
  const metas: Map<string, string>[] = [];
  for (const text of asserts) {
    const match = overflow.exec(text);
    if (match === null) continue;
    const meta = (metas[Number(match[1])] ??= new Map<string, string>());
    meta.set(match[2] ?? '', textOf(match[3]));
  }
  return metas;
}

/** The event of an alert is the SYSCALL record, or the crash, of that number. */
function isOf(line: string, meta: ReadonlyMap<string, string>): boolean {
  const type = meta.get('log_type') === 'execve' ? 'SYSCALL' : (meta.get('log_type') ?? '').toUpperCase();
  return line.startsWith(`type=${type} `) && line.includes(`:${meta.get('auditd_eventid') ?? ''})`);
}

/** Recorded lines without oracle: each name=value that stands alone, read by the plainest of readers. */
export function plainAuditCases(file: string): CorpusCase[] {
  return logLines(file).map((line, index) => {
    const pairs = [...line.matchAll(/(?<=^| )(\w+)=(?:"([^"]*)"|([^ "']+))(?= |$)/g)].filter(
      ([, name]) => name !== 'msg'
    );
    return caseOf(
      `${path.basename(file)}#${String(index)}`,
      line,
      pairs.map(([, name = '', quoted, bare = '']) => {
        if (quoted !== undefined || name !== 'proctitle') return field(name, quoted ?? bare, name);
        return field(name, Buffer.from(bare, 'hex').toString('latin1').replaceAll('\0', ' '), name);
      })
    );
  });
}
