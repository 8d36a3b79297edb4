import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { timePartOf, timeParts } from '../parse/event-time.ts';
import { timePartSql } from './time-sql.ts';

const zones = ['', 'Z', 'z', '+00:00', '-00:00', '+0530', '-05:30', '+14:59', '-14:00'];
const dates = ['1970-01-01', '1972-02-29', '1999-12-31', '2000-02-29', '2024-12-30', '2024-12-31', '2026-01-01', '2026-01-04', '2026-11-21', '2099-12-31', '2100-03-01', '2199-12-31']; // prettier-ignore
const clocks = ['00:00:00', '08:50:07', '23:59:59', '14:30:00.5', '12:00:00,123456789'];
const written = dates.flatMap((date) =>
  clocks.flatMap((clock) => zones.flatMap((zone) => [`${date}T${clock}${zone}`, `${date} ${clock}${zone}`]))
);
const counted = ['1000000000', '1700000000', '1700000000.5', '1591367999.306', '9999999999', '1700000000123', '9999999999999', '1000000000000']; // prettier-ignore
/** Texts that say no time to either backend, though many programs read them leniently. */
// prettier-ignore
const unreadable = ['', ' ', 'x', 'now', '0', '1', '-1', '170000000', '01700000000', '0700000000', '17000000001', '170000000012', '17000000001234', '1700000000.', '1700000000.1234567890', '1700000000123.5', '1.7e9', '+1700000000', ' 1700000000', '1700000000 ', '1700000000\n', '2026', '2026-11-21', '2026-11-21T', '2026-11-21T08', '2026-11-21T08:50', '2026-11-21T08:50Z', '20261121T085000Z', '2026-11-21T24:00:00Z', '2026-11-21T23:60:00Z', '2026-11-21T23:59:60Z', '2026-02-29T00:00:00Z', '2026-02-30T00:00:00Z', '2026-04-31T00:00:00Z', '2100-02-29T00:00:00Z', '2026-00-10T00:00:00Z', '2026-13-10T00:00:00Z', '2026-10-00T00:00:00Z', '2026-10-32T00:00:00Z', '1969-12-31T23:59:59Z', '1900-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '2200-01-01T00:00:00Z', '2300-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '12026-11-21T08:50:00Z', '-2026-11-21T08:50:00Z', '2026-11-21t08:50:00 Z', '2026-11-21  08:50:00', '2026-11-21_08:50:00', '2026/11/21 08:50:00', '21.11.2026 08:50:00', '21/Nov/2026:08:50:00 +0000', 'Sat, 21 Nov 2026 08:50:00 GMT', 'Nov 21 08:50:00', '2026-11-21T08:50:00 UTC', '2026-11-21T08:50:00+15:00', '2026-11-21T08:50:00+05:60', '2026-11-21T08:50:00+5', '2026-11-21T08:50:00+05', '2026-11-21T08:50:00+05:3', '2026-11-21T08:50:00.', '2026-11-21T08:50:00.Z', '2026-11-21T08:50:00.1234567890Z', '2026-11-21T08:50:00Z\n', '\n2026-11-21T08:50:00Z', '2026-11-21T08:50:00Z\0', '2026-11-21T08:50:00ZZ', '2026-W47-6T08:50:00Z', '2026-325T08:50:00Z', '\u0662026-11-21T08:50:00Z', '2026-1-1 8:5:0', 'null', '[21]', '{ts}'];

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const row = z.object({ t: z.string(), part: z.array(z.number().nullable()) });

async function partsByEngine(texts: readonly string[]): Promise<Map<string, (number | null)[]>> {
  const parts = timeParts.map((part) => `toInt32(${timePartSql('t', part)})`).join(', ');
  const statement = {
    sql: `SELECT t, [${parts}] AS part FROM (SELECT arrayJoin({texts:Array(String)})::Nullable(String) AS t)`,
    params: { texts },
  };
  const limits = { timeoutMs: 20_000, rowsMax: 10_000 };
  const rows = await db.store.compiled('test.times', statement, row, limits);
  return new Map(rows.map(({ t, part }) => [t, part]));
}

const partsByEvaluator = (text: string): (number | null)[] =>
  timeParts.map((part) => {
    const number = timePartOf(text, part);
    return Number.isNaN(number) ? null : number;
  });

test('every part of every time is the same for evaluator and engine', async () => {
  const texts = [...written, ...counted];
  const byEngine = await partsByEngine(texts);
  expect(byEngine.size).toBe(new Set(texts).size);
  for (const text of texts) {
    expect(partsByEvaluator(text), text).not.toContain(null);
    expect(byEngine.get(text), text).toEqual(partsByEvaluator(text));
  }
});

test('what is no time has no part for either', async () => {
  const byEngine = await partsByEngine(unreadable);
  expect(byEngine.size).toBe(unreadable.length);
  for (const text of unreadable) {
    expect(partsByEvaluator(text), text).toEqual(timeParts.map(() => null));
    expect(byEngine.get(text), text).toEqual(timeParts.map(() => null));
  }
});

test('weeks are those of ISO 8601, hours those of UTC', () => {
  const week = (text: string): number => timePartOf(`${text} 12:00:00`, 'week');
  expect(['2026-01-01', '2027-01-03', '2024-12-30', '2021-01-03', '2020-12-31'].map(week)).toEqual([1, 53, 1, 53, 53]);
  expect(timePartOf('2026-11-21T23:30:00-05:30', 'hour')).toBe(5);
  expect(timePartOf('2026-11-21T23:30:00-05:30', 'day')).toBe(22);
  expect(timePartOf('1700000000', 'year')).toBe(2023);
});
