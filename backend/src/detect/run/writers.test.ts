import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import { eventBlocksOfRange, eventIdAt } from '../../store/event-block.ts';
import { insertEvents, randomOf, testEvent } from './fixture.ts';
import { createLedger } from './ledger.ts';

/** Rows are read exactly once while many write at the same time, in whatever order their inserts commit. */

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  // Rows also arrive through a materialized view, as parsers write them.
  await db.store.execute(
    'test.source',
    'CREATE TABLE source (id UUID, at DateTime64(3)) ENGINE = MergeTree ORDER BY id'
  );
  await db.store.execute(
    'test.view',
    `CREATE MATERIALIZED VIEW source_view TO event AS SELECT id, id AS raw_id, at AS ts, 'exact' AS ts_quality,
      at AS received_at, 'test' AS parser, 'view' AS message FROM source`
  );
});
afterAll(() => db.drop());

const ids = async (sql: string, params: Record<string, unknown> = {}): Promise<string[]> =>
  (await db.store.compiled('test.ids', { sql, params }, z.object({ id: z.string() }), { timeoutMs: 20_000, rowsMax: 100_000 })).map(({ id }) => id); // prettier-ignore

/** An insert that takes `seconds` between its start, when its time is fixed, and its commit. */
function slowInsert(seconds: number): Promise<void> {
  return db.store.execute(
    'test.slow',
    `INSERT INTO event (id, raw_id, ts, ts_quality, received_at, parser, message)
      SELECT generateUUIDv4(), generateUUIDv4(), now64(3), 'exact', now64(3), 'test', 'slow'
      FROM numbers(2) WHERE sleepEachRow({pause:Float64}) = 0`,
    { pause: seconds / 2 }
  );
}

async function viaView(random: () => number): Promise<void> {
  const day = random() < 0.3 ? '2026-11-20' : '2026-11-21';
  await db.store.execute(
    'test.view_rows',
    `INSERT INTO source SELECT generateUUIDv4(), toDateTime64({at:String}, 3, 'UTC') FROM numbers({count:UInt32})`,
    { at: `${day} 08:00:00`, count: 1 + Math.floor(random() * 4) }
  );
}

async function writer(seed: number): Promise<void> {
  const random = randomOf(seed);
  for (let at = 0; at < 12; at += 1) {
    const kind = random();
    if (kind < 0.2) await slowInsert(random() * 0.8);
    else if (kind < 0.5) await viaView(random);
    else if (kind < 0.6) await db.store.execute('test.merge', 'OPTIMIZE TABLE event');
    else
      await insertEvents(
        db.store,
        Array.from({ length: 1 + Math.floor(random() * 5) }, () => testEvent('a', at))
      );
    await sleep(random() * 30);
  }
}

/** What many services do instead: remember a time, and read up to 250 ms ago. */
function timeCursor(): { read(): Promise<void>; upTo(): string; found: string[] } {
  let from = '2000-01-01T00:00:00.000000Z';
  const found: string[] = [];
  return {
    found,
    upTo: () => from,
    async read() {
      const [bound] = await db.store.compiled('test.now', { sql: `SELECT now64(6, 'UTC') - INTERVAL 250 MILLISECOND AS upto`, params: {} }, z.object({ upto: z.string() }), { timeoutMs: 5000, rowsMax: 1 }); // prettier-ignore
      const to = bound?.upto ?? from;
      const time = (name: string): string => `parseDateTime64BestEffort({${name}:String}, 6, 'UTC')`;
      found.push(...(await ids(`SELECT id FROM event WHERE ingested_at > ${time('from')} AND ingested_at <= ${time('to')}`, { from, to }))); // prettier-ignore
      from = to;
    },
  };
}

it('the ledger misses and doubles nothing, where a cursor on time with a lag of 250 ms does miss', async () => {
  const ledger = createLedger({ store: db.store, owner: 'me', rowsMax: 40 });
  const read: string[] = [];
  const look = async (): Promise<void> => {
    for (const range of await ledger.list()) {
      if (!(await ledger.claim(range))) continue;
      const { partition, lo, readHi: hi, parts } = range;
      let rows = 0;
      for await (const block of eventBlocksOfRange(db.store, { partition, lo, hi, parts }, [])) {
        for (let row = 0; row < block.rows; row += 1) read.push(eventIdAt(block, row));
        rows += block.rows;
      }
      await ledger.finish(range, 'rules', rows);
    }
  };
  const control = timeCursor();

  // The control's miss does not depend on luck: one insert stays open until the cursor has passed its start.
  const open = { settled: false };
  const slow = slowInsert(2.8).finally(() => (open.settled = true));
  await sleep(600);
  const writers = [1, 2, 3].map(writer);
  while (!open.settled) {
    await control.read();
    await look();
    await sleep(50);
  }
  await slow;
  const written = { all: false };
  const writing = Promise.all(writers).finally(() => (written.all = true));
  while (!written.all) {
    await look();
    await sleep(20);
  }
  await writing;
  await look();
  await sleep(300);
  await control.read();

  const all = await ids('SELECT id FROM event');
  expect(all.length).toBeGreaterThan(60);
  expect([...read].sort()).toEqual([...all].sort());
  const missed = all.filter((id) => !control.found.includes(id));
  const slowRows = await ids(`SELECT id FROM event WHERE message = 'slow'`);
  expect(missed.filter((id) => slowRows.includes(id)).length).toBeGreaterThanOrEqual(2);
}, 120_000);
