import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../testing/database.ts';
import { clearRawLog, startTestIngest, storedRows, storedTexts, type TestIngest } from '../../testing/ingest.ts';
import { batcherDefaults, type Batcher } from './batcher.ts';
import { createRowMaker } from './row-maker.ts';
import { listenSyslog, type SyslogServer } from './syslog-server.ts';
import { tcpDefaults, type TcpSettings } from './tcp-syslog.ts';

let db: TestDatabase;
let door: TestIngest;
beforeAll(async () => {
  db = await testDatabase({ parsers: true });
  door = await startTestIngest(db.store);
});
afterAll(async () => {
  await door.close();
  await db.drop();
});
beforeEach(() => clearRawLog(db.store));

async function tcp(port: number, ...chunks: (string | Buffer)[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  for (const chunk of chunks) await new Promise((done) => socket.write(chunk, done));
  socket.end();
  await once(socket, 'close');
}
async function udp(port: number, ...datagrams: (string | Buffer)[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const datagram of datagrams) {
    await new Promise((done) => socket.send(datagram, port, '127.0.0.1', done));
  }
  socket.close();
}
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

describe('what comes in is what is stored', () => {
  it('TCP, newline framing, in order, with sender and transport', async () => {
    const lines = Array.from({ length: 500 }, (_, n) => `<38>Nov 21 08:50:00 web1 sshd[${String(n)}]: line`);
    await tcp(door.ingest.syslog.port, `${lines.join('\n')}\n`);
    expect(await storedTexts(db.store, 500)).toEqual(lines);
    expect((await storedRows(db.store))[0]).toMatchObject({ transport: 'tcp', sender: '127.0.0.1', run_id: '' });
  });
  it('TCP, octet counting: any byte', async () => {
    const messages = [everyByte, ...Array.from({ length: 20 }, () => randomBytes(3000))].map((bytes) =>
      Buffer.concat([Buffer.from('<13>'), bytes])
    );
    const stream = Buffer.concat(messages.flatMap((bytes) => [Buffer.from(`${String(bytes.length)} `), bytes]));
    await tcp(door.ingest.syslog.port, stream.subarray(0, 1000), stream.subarray(1000, 1001), stream.subarray(1001));
    expect(await storedTexts(db.store, 21)).toEqual(messages.map((bytes) => bytes.toString('latin1')));
  });
  it('TCP, newline framing: any byte but the newline', async () => {
    const lines = Array.from({ length: 40 }, () =>
      Buffer.concat([
        Buffer.from('<13>'),
        randomBytes(2000).map((byte) => (byte === 0x0a ? 0 : byte)),
        Buffer.from('.'),
      ])
    );
    await tcp(door.ingest.syslog.port, Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
    expect(await storedTexts(db.store, 40)).toEqual(lines.map((line) => line.toString('latin1')));
  });
  it('TCP, the beginning of a message whose connection ends', async () => {
    await tcp(door.ingest.syslog.port, '<13>whole\n<13>begun');
    expect(await storedTexts(db.store, 2)).toEqual(['<13>whole', '<13>begun']);
  });
  it('UDP: a datagram is a message, any byte, trailing newline and all', async () => {
    const datagrams = [
      everyByte,
      Buffer.from('<13>a\nb\n'),
      Buffer.from('<13>c\0'),
      ...Array.from({ length: 20 }, () => randomBytes(1400)),
    ];
    await udp(door.ingest.syslog.port, ...datagrams);
    expect(await storedTexts(db.store, datagrams.length)).toEqual(datagrams.map((bytes) => bytes.toString('latin1')));
    expect((await storedRows(db.store))[0]).toMatchObject({ transport: 'udp', sender: '127.0.0.1' });
  });
  it('UDP: an empty datagram is counted, not stored', async () => {
    await udp(door.ingest.syslog.port, '', '<13>after');
    expect(await storedTexts(db.store, 1)).toEqual(['<13>after']);
  });
  it('the heartbeat comes through the TCP door at the start, and is a healthy item', async () => {
    const fresh = await startTestIngest(db.store);
    const fromStart = async () => (await fresh.ingest.health()).find(({ name }) => name === 'ingest.heartbeat');
    for (let tries = 0; (await fromStart())?.value == null && tries < 100; tries += 1) await sleep(50);
    expect(await fromStart()).toMatchObject({ state: 'ok', value: expect.any(Number) as number });
    await fresh.close();
  });
});

describe('limits of the listener', () => {
  let server: SyslogServer;
  let taken: string[];
  let waiting: (() => void)[];
  const room = { left: Number.POSITIVE_INFINITY };
  const batcher: Batcher = {
    add: (row) => {
      if (room.left <= 0) return false;
      room.left -= 1;
      taken.push(row.toString('latin1').split('\t').at(-1)?.trimEnd() ?? '');
      return true;
    },
    room: (signal) =>
      new Promise((resolve, reject) => {
        waiting.push(resolve);
        signal.addEventListener('abort', () => reject(new Error('ended')), { once: true });
      }),
    addAcked: () => Promise.reject(new Error('not here')),
    addBlocks: () => Promise.reject(new Error('not here')),
    stats: () => ({
      ...batcherDefaults,
      queuedRows: 0,
      queuedBytes: 0,
      abandoned: 0,
      rowMs: undefined,
      stored: 0,
      setAside: 0,
      failuresInARow: 0,
      failure: '',
    }),
    quiet: () => Promise.reject(new Error('not here')),
    close: () => Promise.resolve(0),
  };
  const makeRoom = (rows: number): void => {
    room.left = rows;
    for (const wake of waiting.splice(0)) wake();
  };
  async function listen(settings: Partial<TcpSettings> = {}): Promise<number> {
    taken = [];
    waiting = [];
    room.left = Number.POSITIVE_INFINITY;
    const row = createRowMaker(
      () => 0,
      () => 'id'
    );
    server = await listenSyslog(
      { host: '127.0.0.1', port: 0 },
      { batcher, row, settings: { ...tcpDefaults, ...settings } }
    );
    return server.port;
  }
  afterEach(() => server.close());
  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    for (let tries = 0; !(await condition()); tries += 1) {
      if (tries > 400) throw new Error('it did not happen');
      await sleep(5);
    }
  }
  async function open(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  it('a full queue stops the reading, so that TCP slows the sender, and nothing is lost', async () => {
    const port = await listen();
    room.left = 10;
    const socket = await open(port);
    const line = `<13>${'x'.repeat(995)}\n`;
    const linesAll = 20_000;
    let flushed = false;
    socket.write(line.repeat(linesAll), () => (flushed = true));
    await until(async () => (await server.stats()).tcp.slowed === 1);
    await sleep(200);
    expect(taken).toHaveLength(10);
    expect(flushed).toBe(false);
    expect((await server.stats()).tcp.received).toBe(11);
    makeRoom(Number.POSITIVE_INFINITY);
    await until(() => taken.length === linesAll);
    expect(flushed).toBe(true);
    socket.end();
  });
  it('UDP beyond a full queue is dropped and counted', async () => {
    const port = await listen();
    room.left = 2;
    await udp(port, 'a', 'b', 'c', 'd');
    await until(async () => (await server.stats()).udp.received === 4);
    expect((await server.stats()).udp).toMatchObject({ received: 4, dropped: 2 });
    expect(taken).toEqual(['a', 'b']);
  });
  it('the kernel’s own drops are read where the system shows them', async () => {
    await listen();
    const { kernelDropped } = (await server.stats()).udp;
    if (process.platform === 'linux') expect(kernelDropped).toBe(0);
    else expect(kernelDropped).toBeNull();
  });
  it('connections beyond the limit are refused and counted; others go on', async () => {
    const port = await listen({ connectionsMax: 2 });
    const first = await open(port);
    await open(port);
    const third = await open(port);
    await once(third, 'close');
    await until(async () => (await server.stats()).tcp.refusedConnections === 1);
    first.end('<13>still here\n');
    await until(() => taken.length === 1);
    expect(taken).toEqual(['<13>still here']);
  });
  it('the beginning of a message is stored after a silence, and the connection stays', async () => {
    const port = await listen({ partialIdleMs: 50 });
    const socket = await open(port);
    socket.write('<13>begun');
    await until(() => taken.length === 1);
    socket.end(' and ended\n<13>next\n');
    await until(() => taken.length === 3);
    expect(taken).toEqual(['<13>begun', ' and ended', '<13>next']);
    expect((await server.stats()).tcp.partial).toBe(1);
  });
  it('a silent connection is closed after the longer time, a talking one is not', async () => {
    const port = await listen({ partialIdleMs: 20, idleMs: 120 });
    const silent = await open(port);
    const talking = await open(port);
    const talk = setInterval(() => talking.write('<13>x\n'), 20);
    await once(silent, 'close');
    expect(talking.destroyed).toBe(false);
    clearInterval(talk);
    talking.destroy();
  });
  it('holds no more of one message than the limit, and counts the cut', async () => {
    const port = await listen({ lineBytesMax: 1000 });
    await tcp(port, `<13>${'x'.repeat(50_000)}`);
    await until(() => taken.join('').length === 50_004);
    expect((await server.stats()).tcp).toMatchObject({ cut: 1, partial: 1 });
  });
  it('counts what it read and could not queue when it closes', async () => {
    const port = await listen();
    room.left = 0;
    const socket = await open(port);
    socket.write('<13>a\n<13>b\n');
    await until(async () => (await server.stats()).tcp.slowed === 1);
    await server.close();
    expect((await server.stats()).tcp).toMatchObject({ lost: 2, connections: 0 });
  });
  it('a port that is taken names the settings', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const deps = { batcher, row: createRowMaker(Date.now, () => 'id'), settings: tcpDefaults };
    await expect(listenSyslog({ host: '127.0.0.1', port }, deps)).rejects.toThrow('LOGLAKE_SYSLOG_PORT');
    other.close();
  });
});
