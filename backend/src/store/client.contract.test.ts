import { createGzip, gunzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { ClickHouseError, ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contractDatabase, contractTargets } from '../../testing/contract-target.ts';
import { testEngine } from '../../testing/test-engine.ts';
import type { Store } from './store.ts';

// The ClickHouse client as it is, without our store: what any other program may rely on.

const slow = 'SELECT sum(sipHash64(number)) FROM numbers(100000000000)';

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason
  );
  if (error instanceof ClickHouseError) return error.code;
  throw new TypeError(`expected a ClickHouseError, got ${String(error)}`);
}

describe.each(contractTargets())('the ClickHouse client on $name', (target) => {
  let store: Store;
  let drop: () => Promise<void>;
  let client: ClickHouseClient;
  const connect = (extra: Parameters<typeof createClient>[0] = {}) => {
    const { url, user, password } = target.address();
    const log = { level: ClickHouseLogLevel.OFF };
    return createClient({ url, username: user, password, database: store.database, log, ...extra });
  };
  beforeAll(async () => {
    ({ store, drop } = await contractDatabase(target));
    client = connect();
    await client.command({ query: 'CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n' });
  });
  afterAll(async () => {
    await client.close();
    await drop();
  });
  const rowsOf = async <T>(query: string, settings = {}, over: ClickHouseClient = client) =>
    await (await over.query({ query, format: 'JSONEachRow', clickhouse_settings: settings })).json<T>();
  const runningSlow = async () =>
    (
      await rowsOf(
        `SELECT query_id FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%processes%'`
      )
    ).length;

  test('answers a ping, with and without a query', async () => {
    expect(await client.ping()).toEqual({ success: true });
    expect(await client.ping({ select: true })).toEqual({ success: true });
  });

  test('formats with a head and a foot come whole', async () => {
    const json = await (
      await client.query({ query: 'SELECT number FROM numbers(200000)', format: 'JSON' })
    ).json<{ number: string }>();
    expect([json.data.length, json.rows]).toEqual([200_000, 200_000]);
    const text = await (
      await client.query({ query: 'SELECT number AS n FROM numbers(200000)', format: 'CSVWithNames' })
    ).text();
    expect(text.split('\n').filter((line) => line === '"n"')).toHaveLength(1);
    const none = await client.query({ query: 'SELECT number AS n FROM numbers(1) WHERE n > 5', format: 'JSONEachRow' });
    expect(await none.json()).toEqual([]);
  });

  test('gzip goes both ways', async () => {
    const zipped = connect({ compression: { request: true, response: true } });
    const values = Array.from({ length: 1000 }, (_, n) => ({ n, s: 'zip' }));
    await zipped.insert({ table: 't', values, format: 'JSONEachRow' });
    expect(
      await rowsOf(`SELECT count() AS c FROM t WHERE s = 'zip'`, { output_format_json_quote_64bit_integers: 0 }, zipped)
    ).toEqual([{ c: 1000 }]);
    await zipped.close();
  });

  test('aborting a request kills its query', async () => {
    const controller = new AbortController();
    const running = client.query({ query: slow, abort_signal: controller.signal });
    await expect.poll(runningSlow, { timeout: 5000 }).toBe(1);
    const started = performance.now();
    controller.abort();
    await expect(running).rejects.toThrow('aborted');
    await expect.poll(runningSlow, { timeout: 2000, interval: 10 }).toBe(0);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('leaving a stream early kills its query', async () => {
    const result = await client.query({
      query: 'SELECT sipHash64(number) FROM numbers(100000000000)',
      format: 'JSONEachRow',
    });
    for await (const rows of result.stream()) {
      expect(rows.length).toBeGreaterThan(0);
      break;
    }
    result.close();
    await expect.poll(runningSlow, { timeout: 2000, interval: 10 }).toBe(0);
  });

  test('twenty requests at once each get their own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const result = await client.query({
          query: 'SELECT {n:UInt32} AS n, max(number) AS m FROM numbers(1000000)',
          query_params: { n: index },
          format: 'JSONEachRow',
        });
        return await result.json<{ n: number }>();
      })
    );
    expect(answers.map(([row]) => row?.n)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  test('settings of one request are not there in the next', async () => {
    const setting = `SELECT getSetting('max_threads') AS t, getSetting('readonly') AS r`;
    const [before] = await rowsOf(setting);
    await rowsOf('SELECT 1', { max_threads: 1, readonly: '2' });
    expect(await rowsOf(setting)).toEqual([before]);
    await client.command({ query: `INSERT INTO t VALUES (1, 'still writable')` });
  });

  test('readonly holds for its request, and a GET may not write', async () => {
    const write = client.command({ query: `INSERT INTO t VALUES (2, 'no')`, clickhouse_settings: { readonly: '1' } });
    expect(await codeOf(write)).toBe('164');
    const { url, user, password } = target.address();
    const query = new URLSearchParams({ query: `INSERT INTO ${store.database}.t VALUES (3, 'no')` });
    const response = await fetch(`${url}/?${query.toString()}`, {
      headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
      signal: AbortSignal.timeout(5000),
    });
    expect([response.headers.get('x-clickhouse-exception-code'), response.ok]).toEqual(['164', false]);
    expect(await rowsOf(`SELECT n FROM t WHERE s = 'no'`)).toEqual([]);
  });

  test.each([
    ['SELECT 1; SELECT 2'],
    ['CREATE TABLE x (n Int8) ENGINE = Memory; DROP TABLE t'],
    [`INSERT INTO t VALUES (7007, 'a'); DROP TABLE t`],
    [`/* c */ INSERT INTO t VALUES (7007, 'a\\'; '); DROP TABLE t`],
    [`INSERT INTO t SELECT 7007, 'a'; DROP TABLE t`],
  ])('two statements in one request are refused, and neither runs: %s', async (query) => {
    expect(['62', '27']).toContain(await codeOf(client.command({ query })));
    expect(await rowsOf('SELECT n FROM t WHERE n = 7007')).toEqual([]);
  });

  test('a semicolon inside a value parts nothing', async () => {
    await client.command({ query: `INSERT INTO t VALUES (8008, 'a;b'), (8008, 'it''s; \\'so\\'');` });
    expect(await rowsOf(`SELECT s FROM t WHERE n = 8008 ORDER BY s`)).toEqual([{ s: 'a;b' }, { s: `it's; 'so'` }]);
  });

  test('an error after the first rows makes the client fail, plain and zipped', async () => {
    const query = 'SELECT throwIf(number = 900000) FROM numbers(1000000)';
    let code = '';
    // It always fails. Why, is lost to the client when the end of the answer arrives in two pieces: now and then, on a busy machine.
    for (let tries = 0; tries < 5 && code === ''; tries += 1) {
      const error: unknown = await rowsOf(query).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      if (error instanceof ClickHouseError) ({ code } = error);
    }
    expect(code).toBe('395');
    const zipped = connect({ compression: { response: true } });
    await expect(rowsOf(query, {}, zipped)).rejects.toThrow();
    const text = zipped.query({ query, format: 'TabSeparated' });
    await expect(text.then((result) => result.text())).rejects.toThrow();
    await zipped.close();
  });

  test('a wrong key and no key are refused', async () => {
    const wrong = connect({ password: 'wrong' });
    expect(await codeOf(wrong.query({ query: 'SELECT 1' }))).toBe('516');
    const nobody = connect({ username: 'nobody' });
    expect(await codeOf(nobody.command({ query: 'DROP TABLE t' }))).toBe('516');
    await Promise.all([wrong.close(), nobody.close()]);
  });

  test('an unknown setting is refused, not ignored', async () => {
    const query = client.query({ query: 'SELECT 1', clickhouse_settings: { no_such_setting: 1 } });
    expect(await codeOf(query)).toBe('115');
  });

  describe.runIf(target.embedded)('and only there', () => {
    test('the read-only key may run nothing yet', async () => {
      const { user, password } = testEngine().reader;
      const reader = connect({ username: user, password });
      expect(await codeOf(reader.query({ query: 'SELECT 1' }))).toBe('497');
      await reader.close();
    });

    test.each([['plain'], ['zipped']])('a body over 32 MiB is refused with 413, %s', async (kind) => {
      const { url, user, password } = target.address();
      const query = new URLSearchParams({ query: 'INSERT INTO t FORMAT TabSeparated', database: store.database });
      const body = Readable.from(Array.from({ length: 33 }, () => Buffer.alloc(1024 * 1024, '9009\tx\n')));
      const response = await fetch(`${url}/?${query.toString()}`, {
        method: 'POST',
        headers: {
          'X-ClickHouse-User': user,
          'X-ClickHouse-Key': password,
          ...(kind === 'zipped' ? { 'Content-Encoding': 'gzip' } : {}),
        },
        body: Readable.toWeb(kind === 'zipped' ? body.pipe(createGzip({ level: 1 })) : body),
        duplex: 'half',
        signal: AbortSignal.timeout(20_000),
      });
      expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([413, '307']);
      expect(await response.text()).toMatch(/^Code: 307\. DB::Exception: .*\(TOO_MANY_BYTES\)/);
      expect(await rowsOf('SELECT n FROM t WHERE n = 9009 LIMIT 1')).toEqual([]);
    });

    test('a body of almost 32 MiB goes in as one part, beyond the default block of 1,048,449 rows', async () => {
      const line = '9010\t0123456789abcdef012\n';
      const body = Buffer.from(line.repeat(Math.floor((32 * 1024 * 1024) / line.length)));
      const values = Readable.from([body], { objectMode: false });
      await client.insert({ table: 't', values, format: 'TabSeparated' });
      const parts = `SELECT toUInt32(max(rows)) AS rows FROM system.parts WHERE database = currentDatabase() AND table = 't' AND level = 0`;
      const [part] = await rowsOf<{ rows: number }>(parts);
      expect(part?.rows).toBe(body.length / line.length);
    });

    test('what is not gzip is refused, and so is a session', async () => {
      const { url, user, password } = target.address();
      const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password };
      const broken = await fetch(`${url}/?query=INSERT%20INTO%20t%20FORMAT%20TSV`, {
        method: 'POST', headers: { ...headers, 'Content-Encoding': 'gzip' }, body: 'no gzip', signal: AbortSignal.timeout(5000),
      }); // prettier-ignore
      expect(broken.status).toBe(400);
      const session = await fetch(`${url}/?query=SELECT%201&session_id=a`, {
        headers,
        signal: AbortSignal.timeout(5000),
      });
      expect(session.headers.get('x-clickhouse-exception-code')).toBe('48');
    });

    test('without Accept-Encoding nothing is zipped; with it, the bytes are gzip', async () => {
      const { url, user, password } = target.address();
      const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password, 'Accept-Encoding': 'gzip' };
      const response = await fetch(`${url}/?query=SELECT%201&enable_http_compression=1`, {
        headers,
        signal: AbortSignal.timeout(5000),
      });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(gunzipSync).toBeTypeOf('function');
      expect(await response.text()).toBe('1\n');
    });
  });
});
