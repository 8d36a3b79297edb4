import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import { eventBlocksOfRange, eventIdAt } from '../../store/event-block.ts';
import { highestGen, listOpenClaims, writeReset } from '../../store/ledger.ts';
import { type TestEvent, insertEvents, testEvent } from './fixture.ts';
import { type ClaimedRange, type Ledger, createLedger } from './ledger.ts';

let db: TestDatabase;
beforeEach(async () => {
  db = await testDatabase();
});
afterEach(() => db.drop());

const ledgerOf = (owner = 'me', rowsMax = 1000): Ledger => createLedger({ store: db.store, owner, rowsMax });
const run = (sql: string): Promise<void> => db.store.execute('test.sql', sql);

async function read(range: ClaimedRange): Promise<string[]> {
  const ids: string[] = [];
  const { partition, lo, readHi: hi, parts } = range;
  for await (const block of eventBlocksOfRange(db.store, { partition, lo, hi, parts }, [])) {
    for (let row = 0; row < block.rows; row += 1) ids.push(eventIdAt(block, row));
  }
  return ids;
}

/** Claims, reads and finishes everything listed; the ids in the order in which they were read. */
async function drain(ledger: Ledger): Promise<string[]> {
  const ids: string[] = [];
  for (const range of await ledger.list()) {
    if (!(await ledger.claim(range))) continue;
    const found = await read(range);
    ids.push(...found);
    await ledger.finish(range, 'rules', found.length);
  }
  return ids;
}

let second = 0;
async function insert(count: number, receivedDaysAgo = 0): Promise<string[]> {
  const events = Array.from({ length: count }, (): TestEvent => {
    const event = testEvent('a', (second += 1));
    return { ...event, receivedMs: event.receivedMs - receivedDaysAgo * 86_400_000 };
  });
  await insertEvents(db.store, events);
  return events.map((event) => event.id);
}
const sorted = (ids: readonly string[]): string[] => [...ids].sort();

describe('the ledger', () => {
  it('reads every row of every partition once, over merges, deletes and further inserts', async () => {
    const ledger = ledgerOf();
    const first = [...(await insert(3)), ...(await insert(2, 1)), ...(await insert(4))];
    expect(sorted(await drain(ledger))).toEqual(sorted(first));
    await run('OPTIMIZE TABLE event FINAL');
    expect(await drain(ledger)).toEqual([]);
    const next = await insert(2);
    await run('OPTIMIZE TABLE event FINAL');
    const gone = await insert(1);
    await run(`DELETE FROM event WHERE id = '${gone[0] ?? ''}'`);
    expect(sorted(await drain(ledger))).toEqual(sorted(next));
    expect(await drain(ledger)).toEqual([]);
  });

  it('caps a range without cutting an insert', async () => {
    for (let at = 0; at < 4; at += 1) await insert(5);
    const ranges = await ledgerOf('me', 10).list();
    expect(ranges.map(({ lo, hi, rowsGuess }) => [lo, hi, rowsGuess])).toEqual([
      [1, 2, 10],
      [3, 4, 10],
    ]);
    await run('OPTIMIZE TABLE event FINAL');
    expect((await ledgerOf('me', 4).list()).map(({ lo, hi }) => [lo, hi])).toEqual([[1, 1], [2, 2], [3, 3], [4, 4]]); // prettier-ignore
  });

  it('gives a range to one of several owners, and the same owner gets it again', async () => {
    await insert(1);
    const [range] = await ledgerOf().list();
    if (range === undefined) throw new Error('a range');
    const owners = ['a', 'b', 'c', 'd'].map((owner) => ledgerOf(owner));
    const won = await Promise.all(owners.map((ledger) => ledger.claim(range)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await owners[won.indexOf(true)]?.claim(range)).toBe(true);
  });

  it('lists a claim that was never finished first, with its bounds and generation, whatever came since', async () => {
    const ledger = ledgerOf('before');
    const ids = await insert(2);
    const [range] = await ledger.list();
    if (range === undefined) throw new Error('a range');
    await ledger.claim(range);
    const more = await insert(3);
    await run('OPTIMIZE TABLE event FINAL');
    const [again, next, ...rest] = await ledgerOf('before').list();
    expect(again).toMatchObject({ lo: range.lo, hi: range.hi, gen: range.gen, again: true });
    expect(next).toMatchObject({ lo: range.hi + 1, again: false });
    expect(next?.gen).toBeGreaterThan(range.gen);
    expect(rest).toEqual([]);
    expect(again === undefined ? [] : sorted(await read(again))).toEqual(sorted(ids));
    expect(next === undefined ? [] : sorted(await read(next))).toEqual(sorted(more));
  });

  it('says the same after compaction, and keeps its generations', async () => {
    const ledger = ledgerOf();
    await run('SYSTEM STOP MERGES event');
    for (let at = 0; at < 5; at += 1) {
      await insert(1, at % 2);
      await drain(ledger);
    }
    const open = async () => listOpenClaims(db.store, await ledger.stream());
    await ledger.compact();
    expect(await drain(ledger)).toEqual([]);
    expect(await open()).toEqual([]);
    const rows = await db.store.compiled('test.done', { sql: 'SELECT count() AS n, sum(rows) AS rows FROM ledger_done', params: {} }, z.object({ n: z.string(), rows: z.string() }), { timeoutMs: 5000, rowsMax: 1 }); // prettier-ignore
    // Blocks 1, 3, 5 of one day and 2, 4 of the other: nothing lies side by side, so nothing merges.
    expect(rows).toEqual([{ n: '5', rows: '5' }]);
    for (let at = 0; at < 3; at += 1) {
      await insert(1);
      await drain(ledger);
    }
    await ledger.compact();
    expect(await drain(ledger)).toEqual([]);
    const highest = await highestGen(db.store, await ledger.stream());
    expect(highest).toBeGreaterThanOrEqual(8);
    await insert(1);
    expect((await ledger.list()).map(({ gen }) => gen)).toContain(highest + 1);
  });
});

describe('block numbers that are given out anew', () => {
  /** remove_empty_parts = 0 (migration 0002) holds the counter; without it the numbers start at 1 again. */
  async function dropAndReload(): Promise<void> {
    await run('ALTER TABLE event MODIFY SETTING remove_empty_parts = 1');
    await run("ALTER TABLE event DETACH PARTITION ID '20261121'");
    await run('DETACH TABLE event');
    await run('ATTACH TABLE event');
  }

  it('are not given out when a partition goes, as the table is made', async () => {
    const ledger = ledgerOf();
    await insert(2);
    await drain(ledger);
    await run("ALTER TABLE event DROP PARTITION ID '20261121'");
    await run('DETACH TABLE event');
    await run('ATTACH TABLE event');
    expect(await ledger.resetCheck()).toBe(false);
    const next = await insert(2);
    expect(sorted(await drain(ledger))).toEqual(sorted(next));
  });

  /** Rows are inserted and read, the partition goes, the table is loaded again: numbers start at 1. */
  async function reuse(check: boolean): Promise<{ inserted: string[]; found: string[] }> {
    const ledger = ledgerOf();
    for (let at = 0; at < 6; at += 1) await insert(2);
    await drain(ledger);
    await dropAndReload();
    if (check) expect(await ledger.resetCheck()).toBe(true);
    const inserted = [...(await insert(2)), ...(await insert(1))];
    const found = await drain(ledger);
    for (let at = 0; at < 6; at += 1) inserted.push(...(await insert(1)));
    found.push(...(await drain(ledger)));
    return { inserted, found };
  }

  it('lose no row with the reset check', async () => {
    const { inserted, found } = await reuse(true);
    expect(sorted(found)).toEqual(sorted(inserted));
  });

  it('lose rows without it (the control)', async () => {
    const { inserted, found } = await reuse(false);
    expect(found.length).toBeLessThan(inserted.length);
  });

  it('lose no row either when somebody inserted before the check', async () => {
    const ledger = ledgerOf();
    for (let at = 0; at < 6; at += 1) await insert(2);
    await drain(ledger);
    await dropAndReload();
    const early = [...(await insert(2)), ...(await insert(1))];
    expect(await ledger.resetCheck()).toBe(true);
    expect(sorted(await drain(ledger))).toEqual(sorted(early));
  });

  it('are not suspected after an ordinary restart, nor before anything was read', async () => {
    const ledger = ledgerOf();
    expect(await ledger.resetCheck()).toBe(false);
    await insert(2);
    expect(await ledger.resetCheck()).toBe(false);
    await drain(ledger);
    await run('DETACH TABLE event');
    await run('ATTACH TABLE event');
    expect(await ledger.resetCheck()).toBe(false);
    await insert(1);
    expect(await ledger.resetCheck()).toBe(false);
    expect(await drain(ledger)).toHaveLength(1);
  });

  it('cut a claim that was open: what is left of it is done under its own key', async () => {
    const ledger = ledgerOf();
    for (let at = 0; at < 3; at += 1) await insert(1);
    const [range] = await ledger.list();
    if (range === undefined) throw new Error('a range');
    await ledger.claim(range);
    await writeReset(db.store, await ledger.stream(), 2);
    const [again, ...rest] = await ledger.list();
    expect(again).toMatchObject({ lo: 1, hi: 3, readHi: 2, gen: range.gen });
    expect(rest.map(({ lo, hi }) => [lo, hi])).toEqual([[3, 3]]);
  });
});

describe('parts from elsewhere', () => {
  it('are read once, though their rows carry the numbers of another table, some of them known and some still to come', async () => {
    const ledger = ledgerOf();
    await run('SYSTEM STOP MERGES event');
    const own = [...(await insert(2)), ...(await insert(2))];
    expect(sorted(await drain(ledger))).toEqual(sorted(own));
    await run('CREATE TABLE event_aside AS event');
    const foreign: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      foreign.push(...(await insert(1)));
      await run(`INSERT INTO event_aside SELECT * FROM event WHERE id = '${foreign.at(-1) ?? ''}'`);
    }
    await run("ALTER TABLE event DROP PARTITION ID '20261121'");
    await run('OPTIMIZE TABLE event_aside FINAL');
    await run("ALTER TABLE event ATTACH PARTITION ID '20261121' FROM event_aside");
    const later = await insert(1);
    expect(sorted(await drain(ledger))).toEqual(sorted([...foreign, ...later]));
    for (let at = 0; at < 6; at += 1) later.push(...(await insert(1)));
    expect(sorted(await drain(ledger))).toEqual(sorted(later.slice(1)));
    expect(await drain(ledger)).toEqual([]);
  });

  it('would be missed without naming the parts (the control)', async () => {
    const ledger = ledgerOf();
    await run('SYSTEM STOP MERGES event');
    await insert(1);
    await drain(ledger);
    await run('CREATE TABLE event_aside AS event');
    await run('INSERT INTO event_aside SELECT * REPLACE (generateUUIDv4() AS id) FROM event');
    await run('OPTIMIZE TABLE event_aside FINAL');
    await run("ALTER TABLE event ATTACH PARTITION ID '20261121' FROM event_aside");
    const ranges = await ledger.list();
    expect(await Promise.all(ranges.map((range) => read({ ...range, parts: [] })))).toEqual([[]]);
    expect((await Promise.all(ranges.map(read))).flat()).toHaveLength(1);
  });
});
