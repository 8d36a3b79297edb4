import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../error.ts';
import { silentLog } from '../log.ts';
import { batcherDefaults, createBatcher, type BatcherSettings } from './batcher.ts';

interface Insert {
  token: string;
  text: string;
}

/** A batcher over a store that this test plays; `answer` decides each insert. */
function harness(
  settings: Partial<BatcherSettings> = {},
  answer: (n: number) => Promise<void> = () => Promise.resolve()
) {
  const inserts: Insert[] = [];
  const aside: string[] = [];
  const asideFails = { value: false };
  const batcher = createBatcher({
    insert: async (body, token, signal) => {
      inserts.push({ token, text: body.toString() });
      await Promise.race([answer(inserts.length), aborted(signal)]);
    },
    setAside: (body) => {
      if (asideFails.value) return Promise.reject(new Error('disk full'));
      aside.push(body.toString());
      return Promise.resolve();
    },
    refusalsMax: 2,
    log: silentLog,
    random: () => 0.01,
    settings: { ...batcherDefaults, streamDelayMs: 20, ackedDelayMs: 5, ackTimeoutMs: 200, ...settings },
  });
  return { batcher, inserts, aside, asideFails };
}

function aborted(signal: AbortSignal): Promise<never> {
  setMaxListeners(100, signal);
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}
const row = (text: string): Buffer => Buffer.from(`${text};`);
const away = (): Promise<never> => Promise.reject(new ServiceError('store.unavailable', 'away'));
const refused = (): Promise<never> => Promise.reject(new ServiceError('store.query_failed', 'no'));
const never = (): Promise<never> => new Promise(() => undefined);

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 400) throw new Error('it did not happen');
    await new Promise((done) => setTimeout(done, 5));
  }
}

describe('batches', () => {
  it('rows of a stream are stored in order, in one block, after the delay', async () => {
    const { batcher, inserts } = harness();
    for (const text of ['a', 'b', 'c']) batcher.add(row(text));
    expect(inserts).toEqual([]);
    await until(() => batcher.stats().stored === 3);
    expect(inserts.map(({ text }) => text)).toEqual(['a;b;c;']);
    expect(batcher.stats()).toMatchObject({ queuedRows: 0, queuedBytes: 0 });
  });
  it('a full batch goes at once, by rows and by bytes', async () => {
    const rows = harness({ batchRowsMax: 2, streamDelayMs: 10_000 });
    for (const text of ['a', 'b', 'c']) rows.batcher.add(row(text));
    await until(() => rows.inserts.length === 1);
    expect(rows.inserts[0]?.text).toBe('a;b;');
    const bytes = harness({ batchBytesMax: 8, streamDelayMs: 10_000 });
    for (const text of ['aaaa', 'bbbb']) bytes.batcher.add(row(text));
    await until(() => bytes.inserts.length === 1);
    expect(bytes.inserts[0]?.text).toBe('aaaa;');
    await Promise.all([rows.batcher.close(1000), bytes.batcher.close(1000)]);
  });
  it('small requests that come while an insert runs become one block, and all are acknowledged', async () => {
    let release: () => void = () => undefined;
    const { batcher, inserts } = harness({}, (n) =>
      n === 1 ? new Promise<void>((done) => (release = done)) : Promise.resolve()
    );
    const first = batcher.addAcked([row('first')]);
    await until(() => inserts.length === 1);
    const rest = Array.from({ length: 50 }, (_, n) => batcher.addAcked([row(String(n))]));
    await new Promise((done) => setTimeout(done, 30));
    release();
    await Promise.all([first, ...rest]);
    expect(inserts).toHaveLength(2);
  });
  it('blocks keep their tokens and their order', async () => {
    const { batcher, inserts } = harness();
    await batcher.addBlocks([
      { token: 'k-0', rows: [row('a')] },
      { token: 'k-1', rows: [row('b')] },
    ]);
    expect(inserts).toEqual([
      { token: 'k-0', text: 'a;' },
      { token: 'k-1', text: 'b;' },
    ]);
  });
});

describe('a store that is away', () => {
  it('gets the same block under the same token again, until it takes it', async () => {
    const { batcher, inserts } = harness({}, (n) => (n < 4 ? away() : Promise.resolve()));
    batcher.add(row('a'));
    await until(() => batcher.stats().failuresInARow >= 1);
    batcher.add(row('later'));
    await until(() => batcher.stats().stored === 2);
    expect(new Set(inserts.slice(0, 4).map(({ token, text }) => `${token} ${text}`)).size).toBe(1);
    expect(inserts.at(-1)?.text).toBe('later;');
    expect(batcher.stats()).toMatchObject({ failuresInARow: 0, failure: '' });
  });
  it('costs a waiting caller a 503 after the time, and its rows are not stored behind its back', async () => {
    const { batcher, inserts } = harness({}, (n) => (n < 3 ? never() : Promise.resolve()));
    await expect(batcher.addAcked([row('a')])).rejects.toMatchObject({ code: 'store.unavailable' });
    await until(() => batcher.stats().queuedRows === 0);
    expect(batcher.stats()).toMatchObject({ abandoned: 1, stored: 0 });
    await expect(batcher.addBlocks([{ token: 'k', rows: [row('b')] }])).rejects.toMatchObject({
      code: 'store.unavailable',
    });
    await batcher.addAcked([row('c')]);
    expect(inserts.map(({ text }) => text)).toEqual(['a;', 'b;', 'c;']);
  });
  it('gives up callers that still stand behind a stream, and never the stream', async () => {
    const gate = { open: false };
    const { batcher, inserts } = harness({}, () => (gate.open ? Promise.resolve() : away()));
    batcher.add(row('stream'));
    await until(() => inserts.length > 0);
    await expect(batcher.addAcked([row('caller')])).rejects.toMatchObject({ code: 'store.unavailable' });
    await expect(batcher.addBlocks([{ token: 'k', rows: [row('block')] }])).rejects.toMatchObject({
      code: 'store.unavailable',
    });
    gate.open = true;
    await until(() => batcher.stats().queuedRows === 0);
    expect(inserts.at(-1)?.text).toBe('stream;');
    expect(inserts.every(({ text }) => text === 'stream;')).toBe(true);
    expect(batcher.stats()).toMatchObject({ stored: 1, abandoned: 2 });
  });
});

describe('a store that answers and refuses', () => {
  it('has a stream block set aside, counted, and the next one goes on', async () => {
    const { batcher, aside } = harness({ batchRowsMax: 1 }, (n) => (n <= 2 ? refused() : Promise.resolve()));
    batcher.add(row('poison'));
    batcher.add(row('fine'));
    await until(() => batcher.stats().stored === 1);
    expect(aside).toEqual(['poison;']);
    expect(batcher.stats()).toMatchObject({ setAside: 1, queuedRows: 0 });
  });
  it('keeps the block in the queue when it cannot be set aside', async () => {
    const { batcher, inserts, aside, asideFails } = harness({}, (n) => (n <= 3 ? refused() : Promise.resolve()));
    asideFails.value = true;
    batcher.add(row('a'));
    await until(() => batcher.stats().stored === 1);
    expect(inserts).toHaveLength(4);
    expect(aside).toEqual([]);
  });
});

describe('a full queue', () => {
  it('refuses rows of streams, by rows and by bytes, and has room again when an insert is done', async () => {
    let release: () => void = () => undefined;
    const { batcher } = harness(
      { queueRowsMax: 2, batchRowsMax: 1 },
      () => new Promise<void>((done) => (release = done))
    );
    expect([batcher.add(row('a')), batcher.add(row('b')), batcher.add(row('c'))]).toEqual([true, true, false]);
    const room = batcher.room(new AbortController().signal);
    await until(() => batcher.stats().queuedRows === 2);
    release();
    await room;
    expect(batcher.add(row('c'))).toBe(true);
    const bytes = harness({ queueBytesMax: 3 });
    expect([bytes.batcher.add(row('a')), bytes.batcher.add(row('b'))]).toEqual([true, false]);
  });
  it('refuses a request whole with ingest.busy, and stores nothing of it', async () => {
    const { batcher, inserts } = harness({ queueRowsMax: 2 });
    await expect(batcher.addAcked([row('a'), row('b'), row('c')])).rejects.toMatchObject({ code: 'ingest.busy' });
    await expect(batcher.addBlocks([{ token: 'k', rows: [row('a'), row('b'), row('c')] }])).rejects.toMatchObject({
      code: 'ingest.busy',
    });
    await batcher.close(100);
    expect(inserts).toEqual([]);
  });
  it('lets go of who waits for room when the connection ends', async () => {
    const { batcher } = harness({ queueRowsMax: 1 }, never);
    batcher.add(row('a'));
    const ending = new AbortController();
    const room = batcher.room(ending.signal);
    ending.abort();
    await expect(room).rejects.toThrow('room');
    await expect(batcher.room(ending.signal)).rejects.toThrow();
    await batcher.close(0);
  });
});

describe('quiet work', () => {
  it('runs between two inserts, after the one that is being tried again', async () => {
    const events: string[] = [];
    const { batcher } = harness({ batchRowsMax: 1 }, (n) => {
      events.push(`insert ${String(n)}`);
      return n < 3 ? away() : Promise.resolve();
    });
    batcher.add(row('a'));
    batcher.add(row('b'));
    await until(() => events.length > 0);
    await batcher.quiet(async () => {
      events.push('work begins');
      await new Promise((done) => setTimeout(done, 50));
      events.push('work ends');
    });
    await until(() => batcher.stats().stored === 2);
    expect(events).toEqual(['insert 1', 'insert 2', 'insert 3', 'work begins', 'work ends', 'insert 4']);
  });
  it('runs at once when nothing is queued, and its failure is the caller’s alone', async () => {
    const { batcher, inserts } = harness();
    await batcher.quiet(() => Promise.resolve());
    await expect(batcher.quiet(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await batcher.addAcked([row('a')]);
    expect(inserts).toHaveLength(1);
  });
});

describe('the end', () => {
  it('stores what waits, takes nothing more, and says that all is stored', async () => {
    const { batcher, inserts } = harness({ streamDelayMs: 60_000 });
    batcher.add(row('a'));
    expect(await batcher.close(1000)).toBe(0);
    expect(inserts.map(({ text }) => text)).toEqual(['a;']);
    expect(batcher.add(row('b'))).toBe(false);
  });
  it('says how many rows a store that is away leaves unstored, within the time', async () => {
    const { batcher } = harness({}, never);
    batcher.add(row('a'));
    batcher.add(row('b'));
    const started = performance.now();
    expect(await batcher.close(50)).toBe(2);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('a store that is slower than its callers', () => {
  const rows = (count: number): Buffer[] => Array.from({ length: count }, (_, n) => row(String(n)));
  const slow = (): Promise<void> => new Promise((done) => setTimeout(done, 100));

  it('refuses at once whoever would wait too long, and stores all the others in their time', async () => {
    const { batcher, inserts } = harness({ batchRowsMax: 1000, ackTimeoutMs: 2000 }, slow);
    await batcher.addAcked(rows(1000));
    // A tenth of a second for each thousand: ten thousand are half of the time that a caller is let wait.
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => batcher.addAcked(rows(1000))));
    const stored = all.filter(({ status }) => status === 'fulfilled').length;
    expect(stored).toBeGreaterThanOrEqual(5);
    expect(stored).toBeLessThanOrEqual(11);
    for (const one of all) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'ingest.busy' });
    expect(inserts).toHaveLength(1 + stored);
    expect(batcher.stats().abandoned).toBe(0);
    await batcher.addAcked(rows(1000));
  });

  it('lets a first burst in, however slow small batches were', async () => {
    const { batcher } = harness({ ackTimeoutMs: 5000 }, slow);
    await batcher.addAcked(rows(1));
    await Promise.all([batcher.addAcked(rows(9000)), batcher.addAcked(rows(9000)), batcher.addAcked(rows(9000))]);
    expect(batcher.stats().stored).toBe(27_001);
  });

  it('is caught up with in full blocks: what trickles in behind a backlog becomes one', async () => {
    const { batcher, inserts } = harness({ batchRowsMax: 100, ackTimeoutMs: 10_000 }, slow);
    const all = [batcher.addAcked(rows(1))];
    await until(() => inserts.length === 1);
    for (let n = 0; n < 4; n += 1) all.push(batcher.addAcked(rows(100)));
    for (let n = 1; n < 5; n += 1) {
      await until(() => inserts.length > n);
      all.push(batcher.addAcked(rows(10)));
    }
    await Promise.all(all);
    expect(inserts.map(({ text }) => text.split(';').length - 1)).toEqual([1, 100, 100, 100, 100, 40]);
  });

  it('takes as much as before once a store that was away or slow is back', async () => {
    let pace = slow;
    const { batcher } = harness({ batchRowsMax: 1000, ackTimeoutMs: 2000 }, (n) => (n < 4 ? away() : pace()));
    for (const one of rows(1000)) batcher.add(one);
    await until(() => batcher.stats().stored === 1000);
    await Promise.all([batcher.addAcked(rows(1000)), batcher.addAcked(rows(1000)), batcher.addAcked(rows(1000))]);
    pace = () => new Promise((done) => setTimeout(done, 1500));
    await batcher.addAcked(rows(1000));
    await batcher.addAcked(rows(1000));
    const busy = await Promise.allSettled([batcher.addAcked(rows(1000)), batcher.addAcked(rows(900))]);
    expect(busy.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    pace = () => Promise.resolve();
    await batcher.addAcked(rows(100));
    await Promise.all([batcher.addAcked(rows(1000)), batcher.addAcked(rows(900))]);
  });
});
