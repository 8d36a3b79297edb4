import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { numberOf } from '../evaluate/evaluate.ts';
import { amountOf } from '../parse/amount.ts';
import { amountSql } from './correlation-amount.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const billion = 1_000_000_000n;

// prettier-ignore
const written: readonly (readonly [string, bigint | undefined])[] = [
  ['0', 0n], ['-0', 0n], ['7', 7n * billion], ['+7', 7n * billion], ['-7', -7n * billion], ['007', 7n * billion],
  ['1.5', 1_500_000_000n], ['.5', 500_000_000n], ['-.5', -500_000_000n], ['0.000000001', 1n], ['0.0000000019', 1n],
  ['-0.0000000019', -1n], ['0.0000000001', 0n], ['-0.0000000001', 0n], ['0.1', 100_000_000n],
  ['1e3', 1000n * billion], ['1E+3', 1000n * billion], ['1e-3', 1_000_000n], ['12.34e1', 123_400_000_000n],
  ['12.34e-12', 0n], ['.05e1', 500_000_000n], ['1e-99', 0n], ['0e99', 0n],
  ['1e39', 10n ** 39n * billion], ['1e40', undefined], ['-1e40', undefined], ['1e99', undefined],
  ['9'.repeat(40), (10n ** 40n - 1n) * billion], ['9'.repeat(41), undefined], [`${'0'.repeat(299)}7`, 7n * billion],
  [`${'0'.repeat(300)}7`, undefined], ['18446744073709551616', 18_446_744_073_709_551_616n * billion],
  ['999999999999999999.999999999', 999_999_999_999_999_999_999_999_999n], ['-999999999999999999.999999999', -999_999_999_999_999_999_999_999_999n],
  ['1000000000000000000.5', 1_000_000_000_000_000_000_500_000_000n], ['-000000000000000001.10', -1_100_000_000n], ['0.1234567899', 123_456_789n],
  ['', undefined], [' 1', undefined], ['1 ', undefined], ['1\n', undefined], ['1.', undefined], ['.', undefined],
  ['+', undefined], ['e5', undefined], ['1e', undefined], ['1e100', undefined], ['1,5', undefined], ['0x10', undefined],
  ['1_000', undefined], ['NaN', undefined], ['inf', undefined], ['١', undefined], ['1\u00001', undefined],
  ["1' OR 1", undefined], ['--1', undefined], ['1e5e5', undefined], ['1.2.3', undefined],
];

test('a number is read exactly, in billionths, and the same in SQL', async () => {
  const texts = written.map(([text]) => text);
  expect(texts.map(amountOf)).toEqual(written.map(([, amount]) => amount));
  const statement = {
    sql: `SELECT toString(${amountSql('text')}) AS amount FROM (SELECT CAST(arrayJoin({texts:Array(String)}), 'Nullable(String)') AS text)`,
    params: { texts },
  };
  const row = z.object({ amount: z.string().nullable() });
  const rows = await db.store.compiled('test.amount', statement, row, { timeoutMs: 10_000, rowsMax: 1000 });
  const bySql = rows.map(({ amount }, index) => [texts[index], amount === null ? undefined : BigInt(amount)]);
  expect(bySql).toEqual(written.map(([text, amount]) => [text, amount]));
});

test('what lt and gt of a detection read as a number is one here, up to the bounds', () => {
  for (const [text, amount] of written) {
    const number = numberOf(text);
    if (Number.isNaN(number)) expect([text, amount]).toEqual([text, undefined]);
    else if (amount === undefined) expect(Math.abs(number)).toBeGreaterThanOrEqual(1e40);
    else expect(Math.abs(Number(amount) / 1e9 - number)).toBeLessThanOrEqual(1e-9 + Math.abs(number) * 1e-15);
  }
});
