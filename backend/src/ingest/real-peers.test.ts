import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../testing/database.ts';
import { clearRawLog, startTestIngest, storedTexts, type TestIngest } from '../../testing/ingest.ts';
import { startPeer, syslogPeers, type Protocol } from '../../testing/syslog-peers.ts';

let db: TestDatabase;
let door: TestIngest;
const work = mkdtempSync(path.join(tmpdir(), 'loglake-peers-'));
const peers = await syslogPeers();
beforeAll(async () => {
  db = await testDatabase();
  door = await startTestIngest(db.store);
});
afterAll(async () => {
  await door.close();
  await db.drop();
  rmSync(work, { recursive: true, force: true });
});
beforeEach(() => clearRawLog(db.store));

function sampleLines(count: number): string[] {
  return Array.from({ length: count }, (_, n) =>
    n % 2 === 0
      ? `<38>Nov 21 08:50:${String(n % 60).padStart(2, '0')} web1 sshd[${String(n)}]: Failed password for root from 192.0.2.${String(n % 250)} port ${String(1024 + n)} ssh2`
      : `<4>Nov 21 08:50:00 gw kernel: [${String(n)}.000001] A=DROP C=inet IN=eth0 OUT= SRC=198.51.100.${String(n % 250)} DST=203.0.113.9 PROTO=TCP SPT=${String(1024 + n)} DPT=22 ümlaut`
  );
}

/** syslog-ng's driver syslog() puts an RFC 5424 header of its own before the line. */
function withoutHeader(text: string): string {
  return text.replace(/^<13>1 \S+ \S+ - - - \[meta sequenceId="\d+"\] /, '').trimEnd();
}

describe.skipIf(peers === null)('Debian’s rsyslog and syslog-ng (skipped where apt cannot fetch them)', () => {
  const cases = (['rsyslog', 'syslog-ng'] as const).flatMap((name) =>
    (['tcp-newline', 'tcp-octets', 'udp'] as const).map((protocol): ['rsyslog' | 'syslog-ng', Protocol] => [
      name,
      protocol,
    ])
  );
  it.each(cases)('%s over %s: every line arrives as it was, in order', async (name, protocol) => {
    if (peers === null) throw new Error('skipped above');
    const lines = sampleLines(protocol === 'udp' ? 200 : 2000);
    const file = path.join(work, `${name}-${protocol}.log`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    const peer = startPeer(name, peers, file, door.ingest.syslog.port, protocol);
    try {
      const texts = await storedTexts(db.store, lines.length, 20_000);
      expect(texts.map((text) => withoutHeader(Buffer.from(text, 'latin1').toString('utf8')))).toEqual(lines);
    } finally {
      await peer.stop();
    }
  });
});

const noLogger = spawnSync('logger', ['--version']).error !== undefined;
describe.skipIf(noLogger)('util-linux’s logger (skipped where it is absent)', () => {
  it.each([
    ['RFC 5424, octet-counted', ['-T', '--octet-count', '--rfc5424']],
    ['RFC 3164, newline', ['-T', '--rfc3164']],
    ['RFC 5424, UDP', ['-d', '--rfc5424']],
  ])('%s', async (_, options) => {
    execFileSync('logger', [
      ...options,
      '-n',
      '127.0.0.1',
      '-P',
      String(door.ingest.syslog.port),
      '-p',
      'auth.info',
      '-t',
      'sshd',
      'hello from logger',
    ]);
    const [text] = await storedTexts(db.store, 1);
    expect(text).toMatch(/^<38>.*sshd.*hello from logger$/);
  });
});
