import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unmatchedQuery } from '@loglake/contract/source';
import { testDatabase } from '../../testing/database.ts';
import { listSources, listUnmatched } from './source.ts';

let db: Awaited<ReturnType<typeof testDatabase>>;
const line = (sender: string, program: string, raw: string, change: Record<string, unknown> = {}) => ({
  sender,
  program,
  raw,
  hostname: '',
  parser: 'unmatched',
  received_at: '2026-11-21 08:00:00.000',
  ...change,
});

beforeAll(async () => {
  db = await testDatabase();
  await db.store.insert('raw_log', [
    ...Array.from({ length: 7 }, (_, n) => line('192.0.2.1', 'oddtool', `odd ${n} <script>`)),
    line('192.0.2.1', 'other', 'x'.repeat(2000)),
    line('192.0.2.2', 'oddtool', 'late', { received_at: '2026-11-21 09:00:00.000' }),
    line('192.0.2.3', 'sshd', 'claimed', { parser: 'linux-auth' }),
    line('192.0.2.4', 'oddtool', 'of a run', { run_id: 'run-1' }),
  ]);
});
afterAll(() => db.drop());

describe('sources', () => {
  it('are counted by parser, scenario runs left out', async () => {
    expect((await listSources(db.store)).map((one) => [one.parser, one.lines])).toEqual([
      ['unmatched', '9'],
      ['linux-auth', '1'],
    ]);
  });
});

describe('unmatched lines', () => {
  it('are grouped by sender and program, most first, with a few examples, cut', async () => {
    const { items } = await listUnmatched(db.store, unmatchedQuery.parse({}));
    expect(items.map((one) => [one.sender, one.program, one.count])).toEqual([
      ['192.0.2.1', 'oddtool', '7'],
      ['192.0.2.2', 'oddtool', '1'],
      ['192.0.2.1', 'other', '1'],
    ]);
    expect(items[0]?.examples).toHaveLength(5);
    expect(items[2]?.examples).toEqual(['x'.repeat(500)]);
    expect(items[0]?.firstAt).toBe('2026-11-21T08:00:00.000Z');
  });

  it('are limited to a time, and paged without loss or repeat', async () => {
    const early = await listUnmatched(db.store, unmatchedQuery.parse({ to: '2026-11-21T08:30:00.000Z' }));
    expect(early.items).toHaveLength(2);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listUnmatched(db.store, unmatchedQuery.parse({ limit: 1, cursor }));
      seen.push(...page.items.map((one) => `${one.sender} ${one.program}`));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && seen.length < 10);
    expect(seen).toEqual(['192.0.2.1 oddtool', '192.0.2.2 oddtool', '192.0.2.1 other']);
  });

  it('are none when all is claimed, and a foreign cursor is refused', async () => {
    expect((await listUnmatched(db.store, unmatchedQuery.parse({ from: '2026-11-22T00:00:00.000Z' }))).items).toEqual(
      []
    );
    await expect(listUnmatched(db.store, unmatchedQuery.parse({ cursor: 'x' }))).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });
});
