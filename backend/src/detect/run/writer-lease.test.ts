import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import { ServiceError } from '../../error.ts';
import { silentLog } from '../../log.ts';
import { beatLease, leaseState, takeLease } from '../../store/lease.ts';
import type { Store } from '../../store/store.ts';
import { writerTables } from '../../store/table-name.ts';
import { settleEarlierWriters, writerStore } from '../../store/writer-store.ts';
import { insertEvents, liveFindings, ruleId, rulesOf, singleRule, testDetection, testEvent } from './fixture.ts';
import { type WriterLease, createWriterLease } from './writer-lease.ts';

let db: TestDatabase;
let open: WriterLease[] = [];
beforeEach(async () => {
  db = await testDatabase();
});
afterEach(async () => {
  await Promise.all(open.map((lease) => lease.release()));
  open = [];
  await db.drop();
});

function leaseOf(owner: string, more: { leaseMs?: number; alone?: boolean; store?: Store } = {}): WriterLease {
  const lease = createWriterLease({
    store: more.store ?? db.store,
    log: silentLog,
    owner,
    leaseMs: more.leaseMs ?? 60_000,
    alone: more.alone ?? false,
  });
  open.push(lease);
  return lease;
}

const rows = <R extends z.ZodObject>(sql: string, row: R) =>
  db.store.compiled('test.rows', { sql, params: {} }, row, { timeoutMs: 5000, rowsMax: 1000 });

/** A store whose process sleeps from the n-th write on, just before it, until it is woken. */
function sleeping(store: Store, at: number): { store: Store; asleep: Promise<void>; wake: () => void } {
  let writes = 0;
  let wake = (): void => undefined;
  let fell = (): void => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const asleep = new Promise<void>((resolve) => (fell = resolve));
  const guarded =
    <A extends unknown[]>(write: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      writes += 1;
      if (writes === at) {
        fell();
        await woken;
      }
      return write(...args);
    };
  return { store: { ...store, insert: guarded(store.insert), execute: guarded(store.execute) }, asleep, wake };
}

describe('the writer’s lease', () => {
  it('goes to one of several processes that want it at once', async () => {
    const leases = ['a', 'b', 'c', 'd'].map((owner) => leaseOf(owner));
    const terms = await Promise.all(leases.map((lease) => lease.term()));
    expect(terms.filter((term) => term !== undefined)).toHaveLength(1);
    const again = await Promise.all(leases.map((lease) => lease.term()));
    expect(again.map((term) => term?.owner)).toEqual(terms.map((term) => term?.owner));
    expect(new Set(leases.map((lease) => lease.seen()?.owner)).size).toBe(1);
  });

  it('stays with a holder that lives, however long its range takes', async () => {
    // Long enough that a busy machine does not hold back three beats in a row.
    const [a, b] = [leaseOf('a', { leaseMs: 2500 }), leaseOf('b', { leaseMs: 2500 })];
    expect(await a.term()).toBeDefined();
    for (let at = 0; at < 4; at += 1) {
      await sleep(1000);
      expect(await b.term()).toBeUndefined();
    }
  });

  it('is taken over when its holder is silent for longer than the lease, not before', async () => {
    expect(await takeLease(db.store, 'writer', 1, 'dead#1')).toBe(true);
    const b = leaseOf('b', { leaseMs: 1500 });
    expect(await b.term()).toBeUndefined();
    await sleep(1600);
    expect(await b.term()).toMatchObject({ epoch: 2, owner: 'b#2' });
  });

  it('is free at once when it was given back', async () => {
    const [a, b] = [leaseOf('a'), leaseOf('b')];
    await a.term();
    expect(await b.term()).toBeUndefined();
    await a.release();
    expect(await b.term()).toMatchObject({ epoch: 2 });
    expect(await a.term()).toBeUndefined();
  });

  it('is taken at once by a process that is alone with its engine', async () => {
    await takeLease(db.store, 'writer', 1, 'killed#1');
    const alone = leaseOf('next', { alone: true });
    expect(await alone.term()).toMatchObject({ epoch: 2 });
    expect(await alone.term()).toMatchObject({ epoch: 2 });
  });

  it('is not prolonged by a holder of before', async () => {
    const b = leaseOf('b');
    await takeLease(db.store, 'writer', 1, 'a#1');
    await beatLease(db.store, 'writer', 1, true);
    expect(await b.term()).toMatchObject({ epoch: 2 });
    await beatLease(db.store, 'writer', 1, false);
    expect(await leaseState(db.store, 'writer')).toMatchObject({ epoch: 2, owner: 'b#2' });
  });

  it('gives one epoch to one owner, though both saw it free', async () => {
    const taken = await Promise.all(['a', 'b', 'c'].map((owner) => takeLease(db.store, 'writer', 7, owner)));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });
});

describe('the doors', () => {
  it('have every column of their tables, and the epoch', async () => {
    for (const table of writerTables) {
      const columns = async (name: string) =>
        (await rows(`SELECT name, type, default_expression FROM system.columns WHERE database = currentDatabase() AND table = '${name}' AND name != 'epoch'`, z.object({ name: z.string(), type: z.string(), default_expression: z.string() }))); // prettier-ignore
      expect(await columns(`${table}_door`), table).toEqual(await columns(table));
    }
  });

  it('let the newest epoch in, refuse an older one with service.standby, and keep a repeated token out', async () => {
    await takeLease(db.store, 'writer', 1, 'a');
    const [first, second] = [writerStore(db.store, 1), writerStore(db.store, 2)];
    const reset = (above: number): object => ({ stream: 's', above });
    await first.insert('ledger_reset', [reset(1)]);
    await takeLease(db.store, 'writer', 2, 'b');
    await expect(first.insert('ledger_reset', [reset(2)])).rejects.toMatchObject({ code: 'service.standby' });
    await second.insert('ledger_reset', [reset(3)]);
    await expect(writerStore(db.store, 3).insert('ledger_reset', [reset(4)])).rejects.toMatchObject({ code: 'service.standby' }); // prettier-ignore
    expect(await rows('SELECT above FROM ledger_reset ORDER BY above', z.object({ above: z.string() }))).toEqual([
      { above: '1' },
      { above: '3' },
    ]);
    const claim = { stream: 's', partition: 'p', lo: 1, hi: 1, gen: 1, owner: 'b', takes: 0 };
    for (const owner of ['b', 'c']) await second.insert('ledger_claim', [{ ...claim, owner }], { dedupToken: 's|p|1|1' }); // prettier-ignore
    expect(await rows('SELECT owner FROM ledger_claim', z.object({ owner: z.string() }))).toEqual([{ owner: 'b' }]);
  });

  it('let an older epoch delete nothing', async () => {
    await takeLease(db.store, 'writer', 1, 'a');
    await db.store.insert('ledger_reset', [{ stream: 's', above: 1 }]);
    await takeLease(db.store, 'writer', 2, 'b');
    const remove = 'DELETE FROM ledger_reset WHERE stream = {stream:String}';
    const count = () => rows('SELECT count() AS n FROM ledger_reset', z.object({ n: z.string() }));
    await writerStore(db.store, 1).execute('test.remove', remove, { stream: 's' });
    expect(await count()).toEqual([{ n: '1' }]);
    await writerStore(db.store, 2).execute('test.remove', remove, { stream: 's' });
    expect(await count()).toEqual([{ n: '0' }]);
  });

  it('are waited for: what began before the take-over has ended before the new term begins', async () => {
    await takeLease(db.store, 'writer', 1, 'a');
    // An insert that passes the guard and then takes a second: the view behind it sleeps.
    await db.store.execute('test.slow', 'CREATE TABLE slow_reset AS ledger_reset');
    await db.store.execute('test.slow', `CREATE MATERIALIZED VIEW slow_view TO slow_reset AS
      SELECT stream, above, at FROM ledger_reset WHERE sleepEachRow(1.5) = 0`); // prettier-ignore
    let ended = false;
    const late = writerStore(db.store, 1)
      .insert('ledger_reset', [{ stream: 's', above: 1 }])
      .finally(() => (ended = true));
    await sleep(500);
    await takeLease(db.store, 'writer', 2, 'b');
    expect(ended).toBe(false);
    await settleEarlierWriters(db.store, 2, { timeoutMs: 20_000 });
    expect(await rows('SELECT above FROM ledger_reset', z.object({ above: z.string() }))).toEqual([{ above: '1' }]);
    await late;
    for (const name of ['slow_view', 'slow_reset']) await db.store.execute('test.drop', `DROP TABLE ${name} SYNC`);
  });

  it('are not waited for without end', async () => {
    await takeLease(db.store, 'writer', 1, 'a');
    const slow = db.store.execute('test.slow writer epoch 1', 'SELECT sleepEachRow(0.5) FROM numbers(4) FORMAT Null');
    await sleep(300);
    await expect(settleEarlierWriters(db.store, 2, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'store.timeout',
    });
    await slow;
  });
});

const rules = rulesOf(singleRule(1, 'login_failed'));
const events = [0, 10, 20].map((at) => testEvent('login_failed', at));
const found = async () => (await liveFindings(db.store)).map(({ rule_id, count }) => [rule_id, count]);

/** The writer falls asleep before its n-th write; another one takes over, reads everything; then the first wakes up. */
async function zombie(at: number, leaseOver: (store: Store) => WriterLease) {
  await insertEvents(db.store, events.slice(0, 2));
  await testDetection(db.store, rules, { lease: leaseOf('a') }).runOnce();
  await insertEvents(db.store, events.slice(2));
  const slow = sleeping(db.store, at);
  const running = testDetection(slow.store, rules, { lease: leaseOver(slow.store) })
    .runOnce()
    .catch((error: unknown) => {
      if (!(error instanceof ServiceError && error.code === 'service.standby')) throw error;
    });
  await slow.asleep;
  const other = testDetection(db.store, rules, { lease: leaseOf('b', { alone: true }) });
  await other.runOnce();
  const before = await found();
  slow.wake();
  // Overtaken, it waits for the new writer to have read everything, which it has.
  await running;
  await insertEvents(db.store, [testEvent('login_failed', 30)]);
  await other.runOnce();
  const sums = `SELECT sum(rows_read) AS rows, sum(matches) AS matches FROM rule_run WHERE rule_id = ''`;
  return {
    before,
    after: await found(),
    contributed: await rows('SELECT sum(count) AS n FROM finding_contribution', z.object({ n: z.string() })),
    runs: await rows(sums, z.object({ rows: z.string(), matches: z.string() })),
  };
}

const exact = {
  before: [[ruleId(1), 3]],
  after: [[ruleId(1), 4]],
  contributed: [{ n: '4' }],
  runs: [{ rows: '4', matches: '4' }],
};

describe('a writer that slept through a take-over', () => {
  const leased = (store: Store): WriterLease => leaseOf('sleeper', { store, alone: true });

  // Lease, rule set, claim, contributions, findings, rule runs, done: it sleeps before each of them from the rule set on.
  it.each([2, 3, 4, 5, 6, 7])('adds nothing when it wakes before write %i: nothing is double, nothing is lost', async (at) => {
    expect(await zombie(at, leased)).toEqual(exact);
  }, 60_000); // prettier-ignore

  it('counts twice without the doors (the control)', { timeout: 60_000 }, async () => {
    const unguarded = (store: Store): WriterLease => ({ ...leased(store), term: () => Promise.resolve({ epoch: 9, owner: 'z', store }) }); // prettier-ignore
    // No lease to write: rule set, claim, contributions.
    const outcome = await zombie(3, unguarded);
    expect(outcome.before).toEqual(exact.before);
    expect(outcome.contributed).not.toEqual(exact.contributed);
    expect(outcome.after).not.toEqual(exact.after);
  });
});
