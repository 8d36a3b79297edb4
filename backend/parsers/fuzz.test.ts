import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../testing/database.ts';
import { eventParserNames } from './compose.ts';
import { parsersDirectory } from './source-text.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ parsers: true });
});
afterAll(() => db.drop());

/** Mulberry32: the same numbers in each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** TabSeparated with escapes; every other byte as it is. */
function escaped(line: Buffer): Buffer {
  const out: number[] = [];
  for (const byte of line) {
    const letter = { 0x5c: '\\', 0x09: 't', 0x0a: 'n', 0x0d: 'r', 0x00: '0' }[byte];
    if (letter === undefined) out.push(byte);
    else out.push(0x5c, letter.charCodeAt(0));
  }
  return Buffer.from(out);
}

/** Stores the lines and expects each to be stored as it is, with one event. */
async function survive(lines: readonly Buffer[]): Promise<void> {
  const before = await counts();
  const body = Buffer.concat(lines.flatMap((line) => [Buffer.from('tcp\t'), escaped(line), Buffer.from('\n')]));
  await db.store.insertTsv('raw_log', ['transport', 'raw'], body);
  const after = await counts();
  expect(after.raw - before.raw).toBe(lines.length);
  expect(after.events - before.events).toBe(lines.length);
  expect(after.bytes - before.bytes).toBe(lines.reduce((sum, line) => sum + line.length, 0));
}

async function counts() {
  const sql = `SELECT (SELECT count() FROM raw_log) AS raw, (SELECT sum(length(raw)) FROM raw_log) AS bytes, (SELECT count() FROM event) AS events, (SELECT uniqExact(raw_id) FROM event) AS distinct`;
  const number = z.coerce.number();
  const shape = z.object({ raw: number, bytes: number, events: number, distinct: number });
  const [row] = await db.store.compiled('test', { sql, params: {} }, shape, { timeoutMs: 60_000, rowsMax: 1 });
  if (row === undefined) throw new Error('no counts');
  expect(row.distinct).toBe(row.events);
  return row;
}

const cases = eventParserNames.flatMap((parser) => {
  const folder = path.join(parsersDirectory(), parser, 'cases');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .flatMap((file) =>
      readFileSync(path.join(folder, file), 'utf8')
        .split('\n')
        .map((line) => Buffer.from(line))
    );
});

describe('no view throws', () => {
  it('on random bytes of any length', async () => {
    const next = random(1);
    const lines = Array.from({ length: 2000 }, () =>
      Buffer.from(Array.from({ length: Math.floor(next() * 300) }, () => Math.floor(next() * 256)))
    );
    await survive(lines);
  });

  it('on lines of the cases, broken in any place: bytes lost, doubled, changed, cut', async () => {
    const next = random(2);
    const lines = cases.flatMap((line) =>
      Array.from({ length: 25 }, () => {
        const at = Math.floor(next() * (line.length + 1));
        const junk = Buffer.from(Array.from({ length: Math.floor(next() * 6) }, () => Math.floor(next() * 256)));
        const skip = Math.floor(next() * 8);
        const kept = Buffer.concat([line.subarray(0, at), junk, line.subarray(at + skip)]);
        return next() < 0.2 ? kept.subarray(0, at) : kept;
      })
    );
    await survive(lines);
  });

  it('on lines of 64 KiB that begin like each of ours', async () => {
    const fillers = ['A', ' ', '=', 'K=V ', '[', '"', '\\', '\0', '\u{1f}', 'ü', '[a@1 k="v"]', ' IN=x', 'LEN=1 '];
    const starts = [
      '<38>Nov 21 08:00:03 web1 sshd[4103]: Failed password for ',
      '<85>Nov 21 09:00:01 web1 sudo:    alice : TTY=pts/0 ; PWD=',
      '<4>Nov 21 08:00:01 gw kernel: IN=eth0 OUT= MAC= SRC=198.51.100.7 DST=192.0.2.1 LEN=40 PROTO=UDP LEN=1 ',
      '<4>Nov 21 08:00:01 gw kernel: [X-D-1] DESCR="',
      '<165>1 2026-11-21T08:00:02.003Z host app - ID47 ',
      '<165>1 2026-11-21T08:00:02.003Z host app - ID47 [a b="',
      '<13>Nov 21 08:00:01 ',
      '{"EventID":1,"Channel":"Security","x":"',
      '{"Event":{"System":{"EventID":1,"Channel":"Security"},"EventData":{"x":[',
      "<Event><System><EventID>1</EventID></System><EventData><Data Name='x'>",
      'type=SYSCALL msg=audit(1795248001.001:1): arch=c000003e syscall=59 key=(null)ARCH=x86_64 UID="root" ',
      'type=EXECVE msg=audit(1795248001.001:1): argc=1 a0[0]=41 a0[1]=',
      "type=USER_LOGIN msg=audit(1795248001.001:1): pid=1 msg='op=",
      'type=TTY msg=audit(1795248001.001:1): tty pid=1 data=',
      '',
    ];
    const lines = starts.flatMap((start) =>
      fillers.map((filler) => Buffer.from((start + filler.repeat(65_536 / filler.length)).slice(0, 65_536)))
    );
    for (let first = 0; first < lines.length; first += 26) await survive(lines.slice(first, first + 26));
  }, 120_000);

  it('on documents made to grow: deep, wide, long names, many of each part', async () => {
    const many = (count: number, of: (n: number) => string) => Array.from({ length: count }, (_, n) => of(n)).join(',');
    const flat = (more: string) => `{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational",${more}}`;
    const xml = (more: string) =>
      `<Event><System><EventID>1</EventID><Channel>Security</Channel></System><EventData>${more}</EventData></Event>`;
    const long = 'K'.repeat(30_000);
    const lines = [
      flat(`"a":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`),
      flat(`"a":${'['.repeat(20_000)}${']'.repeat(20_000)}`),
      flat(many(6000, (n) => `"k${String(n)}":1`)),
      flat(`"${long}":{"${long}":{${many(500, (n) => `"k${String(n)}":"v"`)}}}`),
      flat(many(300, (n) => `"k${String(n)}":{"a":{"b":{"c":{"d":{"e":[1,"x",null,{}]}}}}}`)),
      flat(`"Hashes":"${','.repeat(60_000)}"`),
      flat(`"Hashes":"${'MD5='.repeat(15_000)}"`),
      flat(`"x":"${'\\ud800'.repeat(9000)}"`),
      flat(`"x":["${'","'.repeat(20_000)}"]`),
      flat(many(7000, () => '"Channel":1')),
      xml('<Data>x</Data>'.repeat(4000)),
      xml('<Data Name="x"/>'.repeat(4000)),
      xml(`<${'a'.repeat(120)}${' b=""'.repeat(12_000)}/>`),
      xml(`<Data Name="x">${'&#'.repeat(30_000)}</Data>`),
      xml('<a>'.repeat(20_000)),
    ];
    await survive(lines.map((line) => Buffer.from(line)));
  }, 60_000);

  const frames = fileURLToPath(new URL('../../../shared/data/malformed/derived/frames.jsonl', import.meta.url));
  const invalid = fileURLToPath(new URL('../../../shared/data/malformed/go-syslog/invalid.jsonl', import.meta.url));
  const there = (() => {
    try {
      return readFileSync(frames).length > 0;
    } catch {
      return false;
    }
  })();
  it('finds the malformed frames where they are required', () => {
    if (!there) process.stdout.write('parsers: no malformed frames at ../shared/data, skipped\n');
    expect(there || process.env['LOGLAKE_CORPORA'] !== 'required').toBe(true);
  });
  it.runIf(there)('on any malformed frame of the corpora', async () => {
    const frame = z.object({ base64: z.string().optional(), input: z.string().optional() });
    const lines = [frames, invalid]
      .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => frame.parse(JSON.parse(line)))
      .map(({ base64, input }) => (base64 === undefined ? Buffer.from(input ?? '') : Buffer.from(base64, 'base64')));
    expect(lines.length).toBeGreaterThan(100);
    await survive(lines);
  });
});
