import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../testing/database.ts';
import { eventParserNames, parserNames } from './compose.ts';
import { parsersDirectory } from './source-text.ts';

/** cases/NAME.log beside NAME.json: line n makes event n, and nothing in it that NAME.json does not say. cases/refused.log: lines that the parser may not claim. */
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ parsers: true });
});
afterAll(() => db.drop());

const row = z.looseObject({ raw_id: z.string() });
const readCase = (file: string) => readFileSync(file, 'utf8').replace(/\n$/, '').split('\n');
const read = (sql: string, ids: readonly string[]) =>
  db.store.compiled('test', { sql, params: { ids } }, row, { timeoutMs: 30_000, rowsMax: 1000 });

async function send(lines: readonly string[]): Promise<string[]> {
  const ids = lines.map(() => randomUUID());
  const rows = lines.map((raw, index) => ({ id: ids[index], received_at: '2026-11-21 12:00:00.000', raw }));
  await db.store.insert('raw_log', rows);
  return ids;
}

/** What an event says: no ids, nothing that is empty. */
function said(event: Record<string, unknown>): Record<string, unknown> {
  const own = ['id', 'raw_id', 'parse_gen', 'received_at'];
  return Object.fromEntries(
    Object.entries(event).filter(
      ([name, value]) => !own.includes(name) && value !== null && value !== '' && JSON.stringify(value) !== '{}'
    )
  );
}

const casesOf = (parser: string): string => path.join(parsersDirectory(), parser, 'cases');

/** cases/refused.log; `unmatched` may claim nothing that one of the others reads. */
function refusedLines(parser: string): ReturnType<typeof readCase> {
  if (parser !== 'unmatched') return readCase(path.join(casesOf(parser), 'refused.log'));
  return eventParserNames
    .filter((other) => other !== 'unmatched')
    .flatMap((other) =>
      readdirSync(casesOf(other))
        .filter((file) => file.endsWith('.log') && file !== 'refused.log')
        .flatMap((file) => readCase(path.join(casesOf(other), file)))
    );
}

describe.each(eventParserNames)('%s', (parser) => {
  const folder = casesOf(parser);
  const logs = readdirSync(folder).filter((file) => file.endsWith('.log') && file !== 'refused.log');

  it('has cases', () => {
    expect(logs.length).toBeGreaterThan(0);
  });

  it.each(logs)('reads every line of %s as the file beside it says', async (log) => {
    const lines = readCase(path.join(folder, log));
    const expected = z
      .array(z.record(z.string(), z.unknown()))
      .parse(JSON.parse(readFileSync(path.join(folder, log.replace(/\.log$/, '.json')), 'utf8')));
    expect(expected.length).toBe(lines.length);
    const ids = await send(lines);
    const events = new Map(
      (await read('SELECT * FROM event WHERE raw_id IN {ids:Array(UUID)}', ids)).map((event) => [event.raw_id, event])
    );
    for (const [index, id] of ids.entries()) {
      expect({ line: lines[index], ...said(events.get(id) ?? {}) }).toEqual({ line: lines[index], ...expected[index] });
    }
  });

  it('claims no line that is another parser’s, or nobody’s', async () => {
    const lines = refusedLines(parser);
    expect(lines.length).toBeGreaterThan(0);
    const ids = await send(lines);
    const claimed = await read(
      `SELECT toString(id) AS raw_id, raw FROM raw_log WHERE id IN {ids:Array(UUID)} AND parser = '${parser}'`,
      ids
    );
    expect(claimed).toEqual([]);
  });
});

describe('the envelope', () => {
  it('fills what the line does not say, and the year of a line that leaves it out', async () => {
    const id = randomUUID();
    const other = randomUUID();
    const base = {
      received_at: '2026-11-21 12:00:00.000',
      envelope_host: 'edge',
      envelope_program: 'sshd',
      envelope_time: '2024-02-03T04:05:06.789+01:00',
    };
    await db.store.insert('raw_log', [
      { ...base, id, raw: 'Failed password for root from 198.51.100.7 port 40000 ssh2' },
      {
        ...base,
        id: other,
        raw: 'Feb  2 10:00:00 web1 sshd[1]: Failed password for root from 198.51.100.7 port 40001 ssh2',
      },
    ]);
    const events = await read(
      'SELECT raw_id, host, program, action, ts, ts_text, ts_quality FROM event WHERE raw_id IN {ids:Array(UUID)} ORDER BY src_port',
      [id, other]
    );
    expect(events).toEqual([
      {
        raw_id: id,
        host: 'edge',
        program: 'sshd',
        action: 'ssh_login_failed',
        ts: '2024-02-03T03:05:06.789Z',
        ts_text: base.envelope_time,
        ts_quality: 'exact',
      },
      {
        raw_id: other,
        host: 'web1',
        program: 'sshd',
        action: 'ssh_login_failed',
        ts: '2024-02-02T10:00:00.000Z',
        ts_text: 'Feb  2 10:00:00',
        ts_quality: 'year_inferred',
      },
    ]);
  });
});

describe('a year that the line leaves out', () => {
  it.each([
    ['Dec 31 23:59:58', '2027-01-01 00:00:05.000', '2026-12-31T23:59:58.000Z', 'year_inferred'],
    ['Jan  1 00:00:02', '2026-12-31 23:59:59.000', '2027-01-01T00:00:02.000Z', 'year_inferred'],
    ['Feb 29 12:00:00', '2028-03-01 00:00:00.000', '2028-02-29T12:00:00.000Z', 'year_inferred'],
    ['Feb 29 12:00:00', '2027-03-01 00:00:00.000', '2027-03-01T00:00:00.000Z', 'unreadable'],
    ['Nov 23 12:00:00', '2026-11-21 12:00:00.000', '2026-11-21T12:00:00.000Z', 'future'],
  ])('makes %s, received %s, to %s (%s)', async (text, receivedAt, ts, quality) => {
    const id = randomUUID();
    await db.store.insert('raw_log', [{ id, received_at: receivedAt, raw: `${text} host app: x` }]);
    expect(
      await read('SELECT raw_id, ts, ts_quality, ts_text FROM event WHERE raw_id IN {ids:Array(UUID)}', [id])
    ).toEqual([{ raw_id: id, ts, ts_quality: quality, ts_text: text }]);
  });
});

it('tries heartbeat first and unmatched last', () => {
  expect([parserNames[0], parserNames.at(-1)]).toEqual(['heartbeat', 'unmatched']);
});
