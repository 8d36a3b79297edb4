import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../testing/database.ts';
import { installParsers } from './install.ts';
import { reconcile } from './reconcile.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ parsers: true });
});
afterAll(() => db.drop());

const failedLogin = (port: number) =>
  `<38>Nov 21 09:00:00 web1 sshd[12]: Failed password for root from 192.0.2.1 port ${port} ssh2`;

async function one(sql: string): Promise<Record<string, unknown>> {
  const [row] = await db.store.compiled('test', { sql, params: {} }, z.looseObject({}), {
    timeoutMs: 30_000,
    rowsMax: 10,
  });
  return row ?? {};
}
const count = async (sql: string) => Number((await one(`SELECT toString(count()) AS n FROM ${sql}`))['n']);
const insert = (body: string, token?: string) =>
  db.store.insertTsv(
    'raw_log',
    ['received_at', 'raw'],
    Buffer.from(body),
    token === undefined ? {} : { dedupToken: token }
  );
const row = (line: string) => `2026-11-21 10:00:00.000\t${line}\n`;

describe('installParsers', () => {
  it('makes an event of each raw line as it is inserted', async () => {
    await insert(row(failedLogin(1001)));
    expect(
      await one(
        `SELECT action, src_ip, user, host, program, pid, severity, facility FROM event WHERE src_port = '1001'`
      )
    ).toEqual({
      action: 'ssh_login_failed',
      src_ip: '192.0.2.1',
      user: 'root',
      host: 'web1',
      program: 'sshd',
      pid: '12',
      severity: 6,
      facility: 4,
    });
  });

  it('leaves unchanged views alone', async () => {
    const uuids = `SELECT groupArray(toString(uuid)) AS u FROM (SELECT uuid FROM system.tables WHERE database = currentDatabase() AND startsWith(name, 'mv_parse_') ORDER BY name)`;
    const before = await one(uuids);
    await installParsers(db.store);
    expect(await one(uuids)).toEqual(before);
  });

  it('replaces a view whose SQL is not what the folder says, and removes one that no parser is behind', async () => {
    await db.store.execute('test', `DROP VIEW \`mv_parse_netfilter\``);
    await db.store.execute(
      'test',
      `CREATE MATERIALIZED VIEW \`mv_parse_netfilter\` TO event AS SELECT id, id AS raw_id, received_at, parser, received_at AS ts, '' AS ts_quality, raw AS message FROM raw_log WHERE 0 COMMENT 'sha256 0'`
    );
    await db.store.execute(
      'test',
      `CREATE MATERIALIZED VIEW \`mv_parse_old\` TO event AS SELECT id, id AS raw_id, received_at, parser, received_at AS ts, '' AS ts_quality, raw AS message FROM raw_log WHERE 0`
    );
    await installParsers(db.store);
    expect(await count(`system.tables WHERE database = currentDatabase() AND name = 'mv_parse_old'`)).toBe(0);
    await insert(
      row(
        '<4>Nov 21 09:00:00 gw kernel: [1.5] A=DROP C=inet IN=eth0 OUT= MAC= SRC=192.0.2.9 DST=198.51.100.7 LEN=40 TTL=64 PROTO=TCP SPT=1 DPT=23 SYN'
      )
    );
    expect(await one(`SELECT action, service FROM event WHERE src_ip = '192.0.2.9'`)).toEqual({
      action: 'deny',
      service: 'netfilter',
    });
  });

  it('makes all of a parser anew when the table before it has changed, and leaves tables of others alone', async () => {
    await db.store.execute('test', `DROP TABLE \`raw_log_linux-auth\``);
    await db.store.execute('test', `CREATE TABLE raw_log_mine (n UInt8) ENGINE = Null COMMENT 'not of ours'`);
    await installParsers(db.store);
    expect(await count(`system.tables WHERE database = currentDatabase() AND name = 'raw_log_mine'`)).toBe(1);
    await insert(row(failedLogin(1501)));
    expect(await count(`event WHERE src_port = '1501'`)).toBe(1);
    await db.store.execute('test', 'DROP TABLE raw_log_mine');
  });

  it('stores a block once in raw_log and once in event when its token comes again', async () => {
    const body = row(failedLogin(2001)) + row(failedLogin(2002));
    await insert(body, 'token-1');
    await insert(body, 'token-1');
    expect(await count(`raw_log WHERE position(raw, 'port 200') > 0`)).toBe(2);
    expect(await count(`event WHERE startsWith(src_port, '200')`)).toBe(2);
  });
});

describe('reconcile', () => {
  it('gives a raw row without event the event that its view would have made, once', async () => {
    await db.store.execute('test', `DETACH TABLE \`mv_parse_linux-auth\``);
    await insert(row(failedLogin(3001)));
    await db.store.execute('test', `ATTACH TABLE \`mv_parse_linux-auth\``);
    expect(await count(`event WHERE src_port = '3001'`)).toBe(0);
    expect(await reconcile(db.store)).toBe(1);
    expect(await one(`SELECT action, user, ts_text FROM event WHERE src_port = '3001'`)).toEqual({
      action: 'ssh_login_failed',
      user: 'root',
      ts_text: 'Nov 21 09:00:00',
    });
    expect(await reconcile(db.store)).toBe(0);
    expect(await count(`event WHERE src_port = '3001'`)).toBe(1);
  });

  it('and a repeated insert together give one event to a row whose view was not reached the first time', async () => {
    const id = '01936f00-0000-7000-8000-000000004001';
    const body = Buffer.from(`${id}\t2026-11-21 10:00:00.000\t${failedLogin(4001)}\n`);
    const send = () => db.store.insertTsv('raw_log', ['id', 'received_at', 'raw'], body, { dedupToken: 'token-4' });
    await db.store.execute('test', `DETACH TABLE \`mv_parse_linux-auth\``);
    await send();
    await db.store.execute('test', `ATTACH TABLE \`mv_parse_linux-auth\``);
    await send();
    await reconcile(db.store);
    expect(await count(`raw_log WHERE id = '${id}'`)).toBe(1);
    expect(await count(`event WHERE raw_id = '${id}'`)).toBe(1);
    await send();
    expect(await count(`event WHERE raw_id = '${id}'`)).toBe(1);
  });

  it('leaves alone what is older than events are kept', async () => {
    await db.store.execute('test', `ALTER TABLE raw_log MODIFY TTL toDateTime(received_at) + INTERVAL 4000 DAY`);
    await db.store.execute('test', `DETACH TABLE \`mv_parse_linux-auth\``);
    await insert(`${new Date(Date.now() - 91 * 86_400_000).toISOString()}\t${failedLogin(5001)}\n`);
    await insert(`${new Date(Date.now() - 89 * 86_400_000).toISOString()}\t${failedLogin(5002)}\n`);
    await db.store.execute('test', `ATTACH TABLE \`mv_parse_linux-auth\``);
    expect(await count(`raw_log WHERE position(raw, 'port 500') > 0`)).toBe(2);
    expect(await reconcile(db.store)).toBe(1);
    expect(await count(`event WHERE src_port = '5002'`)).toBe(1);
  });

  it('has nothing to do where every row has its event, heartbeats included', async () => {
    await insert(row('<46>Nov 21 09:00:00 host loglake-heartbeat: alive'));
    expect(await reconcile(db.store)).toBe(0);
    expect(await count(`raw_log WHERE parser = 'heartbeat'`)).toBe(1);
    expect(await count(`event WHERE program = 'loglake-heartbeat'`)).toBe(0);
  });
});
