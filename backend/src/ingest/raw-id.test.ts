import { expect, it } from 'vitest';
import { createDerivedIds, createRawIds } from './raw-id.ts';

const uuid = (version: number): RegExp =>
  new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${String(version)}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`);

it('ids are UUIDv7 with the time, differ, and sort as they were made, also when the clock stands or goes back', () => {
  const times = [1_790_000_000_000, 1_790_000_000_000, 1_789_999_999_000, 1_790_000_000_001];
  let n = 0;
  const next = createRawIds(() => times[Math.floor((n++ * times.length) / 20_000)] ?? 0);
  const ids = Array.from({ length: 20_000 }, next);
  for (const id of ids) expect(id).toMatch(uuid(7));
  expect(parseInt((ids[0] ?? '').replaceAll('-', '').slice(0, 12), 16)).toBe(1_790_000_000_000);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

it('derived ids are UUIDv8, the same for the same token and number, others for others', () => {
  const of = createDerivedIds('token');
  expect(of(0)).toMatch(uuid(8));
  expect(of(70_000)).toMatch(uuid(8));
  expect(createDerivedIds('token')(5)).toBe(of(5));
  const all = ['token', 'token2'].flatMap((token) =>
    Array.from({ length: 3000 }, (_, n) => createDerivedIds(token)(n))
  );
  expect(new Set(all).size).toBe(6000);
});
