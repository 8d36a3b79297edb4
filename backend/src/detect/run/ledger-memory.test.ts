import { expect, test } from 'vitest';
import { createLedgerMemory, noMemory } from './ledger-memory.ts';

const range = (lo: number, hi: number, gen: number) => ({ stream: 's', partition: 'p', lo, hi, gen, owner: 'me' });
const nothing = { stream: 's', read: new Map(), highest: 3 };

test('knows what was finished since the tables were read', () => {
  const memory = createLedgerMemory();
  expect(memory.known('s')).toBeUndefined();
  memory.keep({ ...nothing, read: new Map([['p', [{ lo: 1, hi: 4 }]]]) });
  for (const of of [range(5, 6, 4), range(9, 9, 5)]) {
    memory.claimed(of);
    memory.finished(of);
  }
  const intervals = [{ lo: 1, hi: 6 }, { lo: 9, hi: 9 }]; // prettier-ignore
  expect(memory.known('s')).toEqual({ stream: 's', read: new Map([['p', intervals]]), highest: 5 });
  expect(memory.known('another table'), 'the table was made anew').toBeUndefined();
});

test('knows nothing while a claim is not finished, and after a reset', () => {
  const memory = createLedgerMemory();
  memory.keep(nothing);
  memory.claimed(range(1, 2, 4));
  expect(memory.known('s'), 'it may have failed, here or in the store').toBeUndefined();
  memory.claimed(range(3, 3, 5));
  memory.finished(range(3, 3, 5));
  expect(memory.known('s'), 'the other one still stands open').toBeUndefined();
  memory.keep(nothing);
  expect(memory.known('s')).toEqual(nothing);
  memory.forget();
  expect(memory.known('s')).toBeUndefined();
});

test('is empty for who is not alone', () => {
  noMemory.keep(nothing);
  expect(noMemory.known('s')).toBeUndefined();
});
