import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../testing/database.ts';
import { clearRawLog, insertedParts, startTestIngest, storedRows, type TestIngest } from '../../testing/ingest.ts';

let db: TestDatabase;
let door: TestIngest;
beforeAll(async () => {
  db = await testDatabase();
  door = await startTestIngest(db.store, { lineBytesMax: 1000, requestBytesMax: 1_000_000, queueRowsMax: 50_000 });
});
afterAll(async () => {
  await door.close();
  await db.drop();
});
beforeEach(() => clearRawLog(db.store));

type Answer = {
  status: number;
  accepted?: number;
  code?: string;
  issues?: { line?: number; path: string; code: string }[];
};
async function post(body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(door.url, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'content-type': 'text/plain', ...headers },
  });
  return { status: response.status, ...((await response.json()) as object) };
}
const ndjson = { 'content-type': 'application/x-ndjson' };
const json = { 'content-type': 'application/json; charset=utf-8' };
const texts = async (): Promise<string[]> => (await storedRows(db.store)).map(({ raw }) => raw.toString('latin1'));

describe('text/plain', () => {
  it('stores each line in order, and answers 202 when it can be read back', async () => {
    expect(await post('one\ntwo\r\n\nthree')).toEqual({ status: 202, accepted: 3 });
    expect(await texts()).toEqual(['one', 'two', 'three']);
    expect(await storedRows(db.store)).toMatchObject([
      { transport: 'http', sender: '127.0.0.1', source: '', run_id: '' },
      {},
      {},
    ]);
  });
  it('any byte comes back as it went in', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0x0a));
    const random = Array.from({ length: 40 }, () =>
      Buffer.from(randomBytes(900).map((byte) => (byte === 0x0a ? 0x0b : byte)))
    );
    const lines = [all, ...random, Buffer.from('\\N'), Buffer.from('a\\tb\\'), Buffer.from([0])];
    const body = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
    // A CR before LF belongs to the line's end.
    const expected = lines.map((line) => (line.at(-1) === 0x0d ? line.subarray(0, -1) : line));
    expect(await post(body)).toEqual({ status: 202, accepted: lines.length });
    expect((await storedRows(db.store)).map(({ raw }) => raw)).toEqual(expected);
  });
  it('stores nothing of an empty body', async () => {
    expect(await post('')).toEqual({ status: 202, accepted: 0 });
    expect(await post('\n\r\n\n')).toEqual({ status: 202, accepted: 0 });
    expect(await texts()).toEqual([]);
  });
  it('refuses a request with long lines whole, naming each', async () => {
    const long = 'x'.repeat(1001);
    const answer = await post(`fine\n${long}\n${'x'.repeat(1000)}\n${long}`);
    expect(answer).toMatchObject({ status: 413, code: 'ingest.line_too_long', issues: [{ line: 2 }, { line: 4 }] });
    expect(await texts()).toEqual([]);
  });
});

describe('NDJSON', () => {
  it('stores the envelope beside the message', async () => {
    const envelope = {
      message: 'a\nb "ü"',
      host: 'web1',
      program: 'sshd',
      time: '2026-11-21T08:50:00.5+02:00',
      source: 'lab',
    };
    expect(await post(`${JSON.stringify(envelope)}\n{"message":""}\n`, ndjson)).toEqual({ status: 202, accepted: 2 });
    const [row] = await storedRows(db.store);
    expect(row).toMatchObject({
      envelope_host: 'web1',
      envelope_program: 'sshd',
      envelope_time: '2026-11-21T08:50:00.5+02:00',
      source: 'lab',
    });
    expect(row?.raw.toString('utf8')).toBe('a\nb "ü"');
  });
  it('texts of the envelope cannot break out of their column', async () => {
    const host = "a\tb\\N\\\\'\n\0;--";
    expect((await post(JSON.stringify({ message: 'm', host, program: '\\N' }), ndjson)).status).toBe(202);
    expect(await storedRows(db.store)).toMatchObject([{ envelope_host: host, envelope_program: '\\N' }]);
  });
  it('names everything that is wrong, with its line, and stores nothing', async () => {
    const body = [
      '{"message":"fine"}',
      '{"message":1,"hots":"x"}',
      'no json',
      '{"message":"m","time":"yesterday"}',
      '[]',
    ];
    const answer = await post(
      Buffer.concat([Buffer.from(`${body.join('\n')}\n`), Buffer.from([0x22, 0xff, 0x22])]),
      ndjson
    );
    expect(answer).toMatchObject({ status: 400, code: 'ingest.envelope_invalid' });
    expect([...new Set(answer.issues?.map(({ line }) => line))]).toEqual([2, 3, 4, 5, 6]);
    expect(answer.issues?.filter(({ line }) => line === 2)).toHaveLength(2);
    expect(await texts()).toEqual([]);
  });
  it('refuses messages beyond the line limit, counted in bytes', async () => {
    const answer = await post(JSON.stringify({ message: 'ü'.repeat(501) }), ndjson);
    expect(answer).toMatchObject({ status: 413, code: 'ingest.line_too_long', issues: [{ line: 1 }] });
  });
  it('lets only the scenario token set run_id', async () => {
    const body = JSON.stringify({ message: 'm', run_id: 'run-1' });
    expect(await post(body, ndjson)).toMatchObject({ status: 403, code: 'request.forbidden' });
    expect(await texts()).toEqual([]);
    expect((await post(body, { ...ndjson, authorization: 'Bearer scenario' })).status).toBe(202);
    expect(await storedRows(db.store)).toMatchObject([{ run_id: 'run-1' }]);
  });
});

describe('JSON', () => {
  it('stores each document as its own bytes, line breaks, odd bytes and all', async () => {
    const documents = [
      Buffer.from('{\r\n\t"a": "\\u00fc\\n" ,\n "b" : 1.50 }'),
      Buffer.concat([Buffer.from('{"bad":"'), Buffer.from([0xff]), Buffer.from('"}')]),
      Buffer.from('{"N":"\\\\N"}'),
    ];
    const [first, second, third] = documents;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three documents');
    const mark = Buffer.from('\u{feff} \n');
    const body = Buffer.concat([mark, first, second, Buffer.from('\n['), third, Buffer.from(']\n')]);
    expect(await post(body, json)).toEqual({ status: 202, accepted: 3 });
    expect((await storedRows(db.store)).map(({ raw }) => raw)).toEqual(documents);
  });
  it('accepts a body without documents', async () => {
    expect(await post(' [] ', json)).toEqual({ status: 202, accepted: 0 });
  });
  it('names everything that is wrong, with its line, and stores nothing', async () => {
    const body = ['{"a":1}', '{"a":tru}', 'x', `{"a":"${'x'.repeat(1000)}"}`, '{"a":1'].join('\n');
    const answer = await post(body, json);
    expect(answer).toMatchObject({ status: 400, code: 'ingest.document_invalid' });
    expect(answer.issues?.map(({ line, code }) => [line, code])).toEqual([
      [2, 'ingest.document_invalid'],
      [3, 'ingest.document_invalid'],
      [5, 'ingest.document_invalid'],
      [4, 'ingest.line_too_long'],
    ]);
    expect(await texts()).toEqual([]);
  });
  it('names at most 1,000 things', async () => {
    expect((await post('x\n'.repeat(5000), json)).issues).toHaveLength(1000);
  });
  it('refuses documents beyond the line limit, and takes one of just that size', async () => {
    const of = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    const answer = await post(`${of(1000)}\n${of(1001)}`, json);
    expect(answer).toMatchObject({ status: 413, code: 'ingest.line_too_long', issues: [{ line: 2 }] });
    expect(await post(of(1000), json)).toEqual({ status: 202, accepted: 1 });
  });
  it('refuses more documents than the queue holds', async () => {
    expect(await post('{}'.repeat(50_001), json)).toMatchObject({ status: 413, code: 'request.too_large' });
  });
  it('stores a request that is sent again under its key once; as text it is another request', async () => {
    const key = { 'idempotency-key': 'json-1' };
    await post('[{"a":1},{"b":2}]', { ...json, ...key });
    await post(gzipSync('[{"a":1},{"b":2}]'), { ...json, ...key, 'content-encoding': 'gzip' });
    expect(await texts()).toEqual(['{"a":1}', '{"b":2}']);
    await post('[{"a":1},{"b":2}]', key);
    expect(await texts()).toHaveLength(3);
  });
});

describe('encodings, types and sizes', () => {
  it('reads gzip', async () => {
    expect(await post(gzipSync('a\nb\n'), { 'content-encoding': 'gzip' })).toEqual({ status: 202, accepted: 2 });
    expect(await texts()).toEqual(['a', 'b']);
  });
  it('ends a zip bomb at the limit of the unpacked bytes', async () => {
    const bomb = gzipSync(Buffer.alloc(300_000_000, 'a\n'), { level: 9 });
    expect(bomb.length).toBeLessThan(1_000_000);
    const before = process.memoryUsage().rss;
    expect(await post(bomb, { 'content-encoding': 'gzip' })).toMatchObject({ status: 413, code: 'request.too_large' });
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
    expect(await texts()).toEqual([]);
  });
  it('refuses a body beyond the limit, announced or not', async () => {
    const large = Buffer.alloc(1_000_001, 'a\n');
    expect(await post(large)).toMatchObject({ status: 413, code: 'request.too_large' });
    const chunked = await fetch(door.url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: new Blob([large]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
    expect(await texts()).toEqual([]);
  });
  it('refuses more lines than the queue holds', async () => {
    expect(await post('a\n'.repeat(50_001))).toMatchObject({ status: 413, code: 'request.too_large' });
  });
  it('refuses gzip that is none, or is cut', async () => {
    expect(await post('plain', { 'content-encoding': 'gzip' })).toMatchObject({ status: 400, code: 'request.invalid' });
    const cut = gzipSync(randomBytes(10_000)).subarray(0, 5000);
    expect(await post(cut, { 'content-encoding': 'gzip' })).toMatchObject({ status: 400, code: 'request.invalid' });
  });
  it.each([
    [{ 'content-type': 'application/xml' }],
    [{ 'content-type': '' }],
    [{ 'content-encoding': 'br' }],
    [{ 'content-encoding': 'gzip, gzip' }],
  ])('refuses %j', async (headers) => {
    expect(await post('a', headers)).toMatchObject({ status: 415, code: 'request.media_type' });
  });
  it('refuses a request when the queue is full', async () => {
    const small = await startTestIngest(db.store, { queueRowsMax: 3 });
    const send = (): Promise<Response> =>
      fetch(small.url, { method: 'POST', body: 'a\nb', headers: { 'content-type': 'text/plain' } });
    const statuses = (await Promise.all([send(), send()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([202, 429]);
    await small.close();
    expect(await texts()).toEqual(['a', 'b']);
  });
});

describe('Idempotency-Key', () => {
  const key = { 'idempotency-key': 'batch-7' };
  it('the same request twice is stored once, and acknowledged twice', async () => {
    expect(await post('a\nb', key)).toEqual({ status: 202, accepted: 2 });
    expect(await post('a\nb', key)).toEqual({ status: 202, accepted: 2 });
    expect(await texts()).toEqual(['a', 'b']);
    expect(await post('a\nb')).toEqual({ status: 202, accepted: 2 });
    expect(await texts()).toHaveLength(4);
  });
  it('twice at once too, and packed or not', async () => {
    await Promise.all([
      post('p\nq', key),
      post('p\nq', key),
      post(gzipSync('p\nq'), { ...key, 'content-encoding': 'gzip' }),
    ]);
    expect(await texts()).toEqual(['p', 'q']);
  });
  it('other lines under a used key are another request: none is hidden', async () => {
    await post('c', key);
    await post('d', key);
    expect(await texts()).toEqual(['c', 'd']);
  });
  it('holds for a request of several blocks', async () => {
    const body = Array.from({ length: 25_000 }, (_, n) => `line ${String(n)}`).join('\n');
    await post(body, key);
    await post(body, key);
    expect(await texts()).toEqual(body.split('\n'));
  });
  it('holds over a restart of the service', async () => {
    await post('before\nrestart', key);
    await new Promise((done) => setTimeout(done, 5));
    const again = await startTestIngest(db.store);
    const answer = await fetch(again.url, {
      method: 'POST',
      body: 'before\nrestart',
      headers: { 'content-type': 'text/plain', ...key },
    });
    expect(answer.status).toBe(202);
    await again.close();
    expect(await texts()).toEqual(['before', 'restart']);
  });
  it.each(['', 'x'.repeat(256)])('must have 1 to 255 characters', async (value) => {
    expect(await post('a', { 'idempotency-key': value })).toMatchObject({ status: 400, code: 'request.invalid' });
  });
});

describe('many small requests', () => {
  it('share parts', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => post(`small ${String(n)}`)));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(new Set(await texts()).size).toBe(200);
    expect(await insertedParts(db.store)).toBeLessThan(50);
  });
});

it('curl is a client: gzip, binary body, key', async () => {
  const run = promisify(execFile);
  const { stdout } = await run('curl', [
    '-sS', '-X', 'POST', door.url, '-H', 'Content-Type: text/plain', '-H', 'Idempotency-Key: curl-1',
    '--data-binary', '<38>Nov 21 08:50:00 web1 sshd[411]: Accepted password for ada from 192.0.2.7 port 4022 ssh2\n',
    '-w', ' %{http_code}',
  ]); // prettier-ignore
  expect(stdout).toBe('{"accepted":1} 202');
  expect(await texts()).toEqual([
    '<38>Nov 21 08:50:00 web1 sshd[411]: Accepted password for ada from 192.0.2.7 port 4022 ssh2',
  ]);
});
