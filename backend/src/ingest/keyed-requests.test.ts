import { expect, it } from 'vitest';
import type { Block } from './batcher.ts';
import type { BodyRow } from './body-rows.ts';
import { createKeyedRequests } from './keyed-requests.ts';

const day = 86_400_000;

/** Over a store that knows the ids of what was sent, with the time; `blocks` are those sent. */
function harness() {
  const clock = { ms: Date.UTC(2026, 10, 21, 23, 59, 50) };
  const blocks: Block[] = [];
  const known = new Map<string, number>();
  const searches: [number, number][] = [];
  const create = () =>
    createKeyedRequests({
      batcher: {
        addBlocks: (sent) => {
          blocks.push(...sent);
          for (const line of sent.flatMap(({ rows }) => rows)) {
            const [id = '', at = ''] = line.toString().split(' ');
            known.set(id, Number(at));
          }
          return Promise.resolve();
        },
      },
      storedIds: (ids, fromMs, toMs) => {
        searches.push([fromMs, toMs]);
        const within = (at: number | undefined): boolean => at !== undefined && at >= fromMs && at < toMs;
        return Promise.resolve(new Set(ids.filter((id) => within(known.get(id)))));
      },
      now: () => clock.ms,
      blockRowsMax: 3,
      blockBytesMax: 100,
    });
  const send = (keyed: ReturnType<typeof create>, token: string, rows: BodyRow[]): Promise<void> =>
    keyed.store(token, rows, (row, { id, receivedAtMs }) =>
      Buffer.from(`${id} ${String(receivedAtMs)} ${row.raw.toString()}`)
    );
  return { clock, blocks, searches, create, send };
}
const rows = (...texts: string[]): BodyRow[] => texts.map((text) => ({ raw: Buffer.from(text) }));

it('a request sent again is the same blocks, byte for byte, also past midnight', async () => {
  const { clock, blocks, create, send } = harness();
  const keyed = create();
  await send(keyed, 't', rows('a', 'b', 'c', 'd'));
  clock.ms += 60_000;
  await send(keyed, 't', rows('a', 'b', 'c', 'd'));
  expect(blocks.map(({ token }) => token)).toEqual(['t-0', 't-1', 't-0', 't-1']);
  expect(blocks.slice(2)).toEqual(blocks.slice(0, 2));
});

it('is cut by rows and by bytes, and ids go on over the cuts', async () => {
  const { blocks, create, send } = harness();
  await send(create(), 't', rows('a', 'x'.repeat(60), 'y'.repeat(60), 'b', 'c', 'd'));
  expect(blocks.map((block) => block.rows.length)).toEqual([2, 3, 1]);
  const ids = blocks.flatMap((block) => block.rows).map((row) => row.toString().slice(0, 36));
  expect(new Set(ids).size).toBe(6);
  expect([...ids].sort()).toEqual(ids);
});

it('after a restart, what is stored is not sent again, and what is not is', async () => {
  const { clock, blocks, create, send } = harness();
  await send(create(), 'stored', rows('a'));
  clock.ms += 30_000;
  const keyed = create();
  await send(keyed, 'stored', rows('a'));
  expect(blocks).toHaveLength(1);
  await send(keyed, 'new', rows('b'));
  expect(blocks.map(({ token }) => token)).toEqual(['stored-0', 'new-0']);
});

it('after a reconciliation, requests of before it are looked for, those since are simply sent', async () => {
  const { clock, blocks, searches, create, send } = harness();
  const keyed = create();
  clock.ms += day;
  await send(keyed, 'before', rows('a'));
  expect(searches).toEqual([]);
  clock.ms += 5000;
  keyed.reconciled();
  clock.ms += 5000;
  await send(keyed, 'before', rows('a'));
  expect(blocks).toHaveLength(1);
  expect(searches).toHaveLength(1);
  await send(keyed, 'since', rows('b'));
  await send(keyed, 'since', rows('b'));
  expect(blocks.map(({ token }) => token)).toEqual(['before-0', 'since-0', 'since-0']);
});
