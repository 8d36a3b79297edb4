import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { column, derived, field, logLines, oneOf, type CorpusCase, type Expectation } from './corpus-case.ts';

const golden = z.array(z.record(z.string(), z.unknown()));

/** ECS names of filebeat's system module, in our columns. */
const columns: Readonly<Record<string, string>> = {
  'host.hostname': 'host',
  'process.name': 'program',
  'process.pid': 'pid',
  'source.ip': 'src_ip',
  'source.port': 'src_port',
  'user.effective.name': 'target_user',
  'system.auth.sudo.command': 'command_line',
  'system.auth.sudo.user': 'target_user',
  'system.auth.ssh.dropped_ip': 'src_ip',
  'event.outcome': 'outcome',
  message: 'message',
};
const fields: Readonly<Record<string, string>> = {
  'system.auth.ssh.method': 'method',
  'system.auth.ssh.signature': 'signature',
  'system.auth.sudo.pwd': 'pwd',
  'system.auth.sudo.tty': 'tty',
  'system.auth.sudo.error': 'reason',
  'system.auth.useradd.home': 'home',
  'system.auth.useradd.shell': 'shell',
  'group.id': 'gid',
  'group.name': 'group',
  'user.id': 'uid',
};
const sshEvents: Readonly<Record<string, readonly string[]>> = {
  Accepted: ['ssh_login'],
  Failed: ['ssh_login_failed'],
  Invalid: ['ssh_invalid_user'],
};

function expectationOf(name: string, raw: unknown, line: string): Expectation[] {
  const value = typeof raw === 'string' || typeof raw === 'number' ? String(raw) : '';
  if (name === 'user.name') {
    // What useradd makes is acted on: our target_user.
    return [column(name, value, / useradd\[/.test(line) ? 'target_user' : 'user')];
  }
  if (name === 'event.action')
    return [oneOf(name, value, 'action', ['ssh_login', 'ssh_login_failed', 'ssh_invalid_user'])];
  if (name === 'system.auth.ssh.event') return [oneOf(name, value, 'action', sshEvents[value] ?? [])];
  if (name === '@timestamp') return [timestamp(value, line)];
  const ofColumn = columns[name];
  if (ofColumn !== undefined) return [column(name, value, ofColumn)];
  const ofField = fields[name];
  return ofField === undefined ? [] : [field(name, value, ofField)];
}

/** filebeat ran in a zone of its own: for a time without offset the wall clock is compared. */
function timestamp(value: string, line: string): Expectation {
  const local = !/^[^ ]*(Z|[+-]\d\d:?\d\d) /.test(line);
  const expected = local ? value.replace(/[+-]\d\d:\d\d$/, 'Z') : new Date(value).toISOString();
  return derived('@timestamp', expected, (event) => event.columns['ts'] ?? null);
}

/** The cases of one log of filebeat's system module; its golden file holds the first 100 lines. */
export function beatsCases(corpus: string, file: string, claim: CorpusCase['claim']): CorpusCase[] {
  const events = golden.parse(JSON.parse(readFileSync(`${file}-expected.json`, 'utf8')));
  return logLines(file).map((line, index) => ({
    corpus,
    origin: `${path.basename(file)}#${index}`,
    line,
    envelope: {},
    claim: claim === null ? claimOf(line) : claim,
    expectations: Object.entries(events[index] ?? {}).flatMap(([name, value]) => expectationOf(name, value, line)),
  }));
}

/** In the syslog corpus one line is PAM's. */
function claimOf(line: string): CorpusCase['claim'] {
  return line.includes(' pam_') ? 'linux-auth' : 'none';
}
