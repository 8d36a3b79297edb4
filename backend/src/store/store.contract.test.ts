import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { contractDatabase, contractTargets } from '../../testing/contract-target.ts';
import { ServiceError } from '../error.ts';
import { silentLog } from '../log.ts';
import { defineQuery } from './query.ts';
import { clickHouseCode } from './store-error.ts';
import { createStore, type Store } from './store.ts';

const limits = { timeoutMs: 20_000, rowsMax: 2_000_000 };
const one = z.object({ value: z.string() });

async function failure(work: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason
  );
  if (!(error instanceof ServiceError)) throw new TypeError(`expected a ServiceError, got ${String(error)}`);
  return error;
}

describe.each(contractTargets())('the store on $name', (target) => {
  let store: Store;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    ({ store, drop } = await contractDatabase(target));
  });
  afterAll(() => drop());

  const value = async (sql: string, params: Record<string, unknown> = {}) => {
    const [row] = await store.compiled('test.value', { sql: `SELECT ${sql} AS value`, params }, one, limits);
    return row?.value;
  };

  test('ping tells how long a round trip took', async () => {
    expect(await store.ping()).toBeGreaterThan(0);
  });

  test('a row of every column type comes back as it was written', async () => {
    const event = {
      id: '0192f0c1-7c39-7f4e-9d5e-000000000001',
      raw_id: '0192f0c1-7c39-7f4e-9d5e-000000000002',
      parse_gen: 4294967295,
      ts: '2026-11-21T08:50:00.123Z',
      ts_quality: 'exact',
      received_at: '2026-11-21T08:50:01.000Z',
      parser: 'test',
      severity: 7,
      facility: null,
      host: null,
      src_ip: '2001:db8::1',
      dst_ip: '192.0.2.7',
      program: 'sshd',
      user: '',
      message: 'tab\there \\ quote \' "double" \u0000 nul \u{1f980}',
      fields: { Empty: '', Missing: null, 'a.b c': "x'y" },
    };
    await store.insert('event', [event]);
    const columns = Object.keys(event).join(', ');
    const [row] = await store.compiled(
      'test.event',
      { sql: `SELECT ${columns}, src_ip6, dst_ip6 FROM event WHERE id = {id:UUID}`, params: { id: event.id } },
      z.looseObject({}),
      limits
    );
    expect(row).toEqual({ ...event, src_ip6: '2001:db8::1', dst_ip6: '::ffff:192.0.2.7' });
  });

  test('64-bit integers, arrays, floats and microseconds keep every digit', async () => {
    const run = { run_id: 'r', revision: '18446744073709551615', speed: 0.1, finished_at: null, sent: 1, total: 2 };
    const rest = { scenario_id: 's', title: 't', state: 'playing', seed: 1, started_by: 'x' };
    await store.insert('scenario_run', [{ ...run, ...rest, started_at: '2026-11-21T08:50:00.001Z' }]);
    const [row] = await store.compiled(
      'test.run',
      {
        sql: `SELECT revision, speed, finished_at, [toUUID('0192f0c1-7c39-7f4e-9d5e-000000000001')] AS ids,
          toDateTime64('2026-11-21 08:50:00.123456', 6, 'UTC') AS at FROM scenario_run`,
        params: {},
      },
      z.looseObject({}),
      limits
    );
    expect(row).toEqual({
      revision: '18446744073709551615',
      speed: 0.1,
      finished_at: null,
      ids: ['0192f0c1-7c39-7f4e-9d5e-000000000001'],
      at: '2026-11-21T08:50:00.123456Z',
    });
  });

  test('every byte value survives TabSeparated', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const escapes = new Map([[0, '\\0'], [9, '\\t'], [10, '\\n'], [13, '\\r'], [92, '\\\\']]); // prettier-ignore
    const escaped = Buffer.concat([...bytes].map((byte) => Buffer.from(escapes.get(byte) ?? [byte])));
    await store.insertTsv(
      'raw_log',
      ['source', 'raw'],
      Buffer.concat([Buffer.from('bytes\t'), escaped, Buffer.from('\n')])
    );
    expect(await value(`(SELECT lower(hex(raw)) FROM raw_log WHERE source = 'bytes')`)).toBe(bytes.toString('hex'));
  });

  test.each([
    ["'; DROP TABLE event; --"],
    ['\\'],
    ['\\N'],
    ['tab\t, newline\n, return\r, nul\u0000'],
    ['{other:String}'],
    ["\\' OR 1=1"],
    ['\u{1f980} ünïcode'],
    ['a&b=c%20d+e'],
  ])('a parameter is a value whatever it holds: %j', async (hostile) => {
    expect(await value('{p:String}', { p: hostile })).toBe(hostile);
    expect(await value('arrayStringConcat({p:Array(String)})', { p: [hostile, hostile] })).toBe(hostile + hostile);
  });

  test('a parameter of 200 KB goes by form, and one of every type is understood', async () => {
    expect(await value('toString(length({p:String}))', { p: "'".repeat(200_000) })).toBe('200000');
    expect(
      await value(`formatDateTime({at:DateTime64(3, 'UTC')}, '%FT%T.%fZ')`, { at: '2026-11-21T08:50:00.123Z' })
    ).toBe('2026-11-21T08:50:00.123000Z');
    expect(await value('toString({n:UInt64})', { n: '18446744073709551615' })).toBe('18446744073709551615');
    expect(await value(`{m:Map(String, String)}['k']`, { m: { k: "v'" } })).toBe("v'");
    expect(await value("if({n:Nullable(String)} IS NULL, 'null', '')", { n: null })).toBe('null');
  });

  test('a million rows stream without being held whole', async () => {
    const numbers = defineQuery({
      name: 'test.numbers',
      sql: `SELECT toString(number) AS value FROM numbers({n:UInt64})`,
      params: z.object({ n: z.number() }),
      row: one,
      ...limits,
    });
    let count = 0;
    let batches = 0;
    for await (const batch of store.stream(numbers, { n: 1_000_000 })) {
      count += batch.length;
      batches += 1;
    }
    expect(count).toBe(1_000_000);
    expect(batches).toBeGreaterThan(10);
  }, 60_000);

  test('a query that is wrong fails with the code of ClickHouse', async () => {
    const syntax = await failure(store.execute('test.syntax', 'SELEKT 1'));
    expect([syntax.code, clickHouseCode(syntax)]).toEqual(['store.query_failed', 62]);
    const table = await failure(value('(SELECT 1 FROM no_such_table)'));
    expect([table.code, clickHouseCode(table)]).toEqual(['store.query_failed', 60]);
    const parameter = await failure(value('{missing:String}'));
    expect(clickHouseCode(parameter)).toBe(456);
  });

  test('an error after the first rows fails the query, and leaves nothing in the next result', async () => {
    const error = await failure(value('toString(throwIf(number = 900000)) FROM numbers(1000000) --'));
    expect(error.code).toMatch(/^store\.(query_failed|unavailable)$/);
    expect(await value(`'clean'`)).toBe('clean');
  });

  test('more rows than the limit fail the query instead of cutting it', async () => {
    const statement = { sql: 'SELECT toString(number) AS value FROM numbers(11)', params: {} };
    const error = await failure(store.compiled('test.cap', statement, one, { timeoutMs: 5000, rowsMax: 10 }));
    expect(clickHouseCode(error)).toBe(396);
    expect(await store.compiled('test.cap', statement, one, { timeoutMs: 5000, rowsMax: 11 })).toHaveLength(11);
  });

  test('a query beyond its time ends as store.timeout, and its caller waits no longer', async () => {
    const started = performance.now();
    const statement = {
      sql: 'SELECT toString(sum(sipHash64(number))) AS value FROM numbers(100000000000)',
      params: {},
    };
    const error = await failure(store.compiled('test.slow', statement, one, { timeoutMs: 300, rowsMax: 1 }));
    expect(error.code).toBe('store.timeout');
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test('a row of another shape is an error, not a surprise later', async () => {
    const error = await failure(store.compiled('test.shape', { sql: 'SELECT 1 AS value', params: {} }, one, limits));
    expect(error.message).toContain('test.shape: a row has another shape');
  });

  test('a repeated dedup token changes neither the table nor what its view feeds', async () => {
    await store.execute(
      'test.sink',
      `CREATE TABLE sink (id UUID, n UInt64) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100`
    );
    await store.execute(
      'test.view',
      `CREATE MATERIALIZED VIEW sink_view TO sink AS SELECT id, length(raw) AS n FROM raw_log WHERE source = 'dedup'`
    );
    const send = (token: string) =>
      store.insertTsv('raw_log', ['source', 'raw'], Buffer.from('dedup\ta\ndedup\tb\n'), { dedupToken: token });
    await send('first');
    await send('first');
    expect(
      await value(
        `toString((SELECT count() FROM sink)) || ' ' || toString((SELECT count() FROM raw_log WHERE source = 'dedup'))`
      )
    ).toBe('2 2');
    await send('second');
    expect(await value(`toString((SELECT count() FROM sink))`)).toBe('4');
  });

  test('a batch with one bad row is refused whole', async () => {
    const error = await failure(
      store.insertTsv(
        'raw_log',
        ['received_at', 'source'],
        Buffer.from('2026-11-21T08:50:00.000Z\tpart\nno time\tpart\n')
      )
    );
    expect(error.code).toBe('store.query_failed');
    expect(await value(`toString((SELECT count() FROM raw_log WHERE source = 'part'))`)).toBe('0');
  });

  test('a caller that aborts is told at once', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const statement = {
      sql: 'SELECT toString(sum(sipHash64(number))) AS value FROM numbers(100000000000)',
      params: {},
    };
    const started = performance.now();
    await failure(store.compiled('test.abort', statement, one, { ...limits, signal: controller.signal }));
    expect(performance.now() - started).toBeLessThan(1500);
  });

  test('identifiers that are none are refused before anything is sent', async () => {
    await expect(store.insertTsv('raw_log', ['raw) FORMAT Null --'], Buffer.from('x\n'))).rejects.toThrow(
      'is no column name'
    );
  });

  test('a store that is not there is store.unavailable', async () => {
    const gone = createStore({ url: 'http://127.0.0.1:9', user: 'x', password: 'x', database: 'x', log: silentLog });
    expect((await failure(gone.ping())).code).toBe('store.unavailable');
    expect((await failure(gone.execute('test.gone', 'SELECT 1'))).code).toBe('store.unavailable');
    await gone.close();
  });
});
