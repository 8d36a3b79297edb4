import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../testing/database.ts';
import { evidenceEvents } from './evidence.ts';

let db: Awaited<ReturnType<typeof testDatabase>>;
const line = 'Invalid user <img src=x onerror=alert(1)> from 192.0.2.7 port 4000';

beforeAll(async () => {
  db = await testDatabase({ parsers: true });
  await db.store.insert('raw_log', [{ raw: `<86>1 2026-11-21T08:00:00.000Z web1 sshd 7 - - ${line}` }]);
  await db.store.insertTsv('raw_log', ['raw'], Buffer.from([0x62, 0x79, 0x74, 0x65, 0xff, 0xfe, 0x0a]));
});
afterAll(() => db.drop());

async function ids(): Promise<string[]> {
  const sql = 'SELECT toString(id) AS id FROM event ORDER BY id';
  const rows = await db.store.compiled('test', { sql, params: {} }, z.object({ id: z.string() }), {
    timeoutMs: 5000,
    rowsMax: 10,
  });
  return rows.map((row) => row.id);
}

describe('evidence', () => {
  it('is the event with the very line it came from, and every field under its name', async () => {
    const events = await evidenceEvents(db.store, await ids());
    expect(events).toHaveLength(2);
    const login = events.find((event) => event.program === 'sshd');
    expect(login).toMatchObject({
      host: 'web1',
      ts: '2026-11-21T08:00:00.000Z',
      raw: `<86>1 2026-11-21T08:00:00.000Z web1 sshd 7 - - ${line}`,
      fields: { src_ip: '192.0.2.7', user: '<img src=x onerror=alert(1)>', outcome: 'failure' },
    });
  });

  it('shows bytes that are no UTF-8 as replacement characters', async () => {
    const events = await evidenceEvents(db.store, await ids());
    expect(events.map((event) => event.raw)).toContain('byte\ufffd');
  });

  it('is empty for no ids and for rows that are gone', async () => {
    expect(await evidenceEvents(db.store, [])).toEqual([]);
    expect(await evidenceEvents(db.store, ['00000000-0000-8000-8000-000000000000'])).toEqual([]);
  });
});
