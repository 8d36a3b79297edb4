import { describe, expect, it } from 'vitest';
import type { Activity } from '@loglake/contract/finding';
import { type UnsealedActivity, sealActivity, verifyChain } from './chain.ts';

const entry = (comment: string): UnsealedActivity => ({
  findingId: 'f1',
  at: '2026-11-21T08:50:00.000Z',
  actor: 'ada',
  kind: 'comment',
  state: 'new',
  closeReason: null,
  assignee: null,
  comment,
});

function chainOf(...comments: string[]): Activity[] {
  const chain: Activity[] = [];
  for (const comment of comments) chain.push(sealActivity(chain.at(-1), entry(comment)));
  return chain;
}

/** Every column of an activity with another value. */
const alterations: Partial<Activity>[] = [
  { findingId: 'f2' },
  { version: 9 },
  { at: '2026-11-21T08:50:00.001Z' },
  { actor: 'eve' },
  { kind: 'assign' },
  { state: 'resolved' },
  { closeReason: 'benign' },
  { assignee: 'eve' },
  { comment: 'other' },
  { previousHash: 'x' },
  { hash: 'x' },
];

describe('the chain of activities', () => {
  it('holds for what sealActivity makes, and for nothing at all', () => {
    expect(verifyChain(chainOf('a', 'b', 'c'))).toBe(true);
    expect(verifyChain([])).toBe(true);
  });

  it('numbers from 1 and starts from an empty hash', () => {
    expect(chainOf('a', 'b').map(({ version, previousHash }) => [version, previousHash === ''])).toEqual([
      [1, true],
      [2, false],
    ]);
  });

  for (const position of [0, 1, 2]) {
    for (const alteration of alterations) {
      it(`breaks when ${Object.keys(alteration).join()} of row ${position + 1} is altered`, () => {
        const altered = chainOf('a', 'b', 'c').map((row, index) =>
          index === position ? { ...row, ...alteration } : row
        );
        expect(verifyChain(altered)).toBe(false);
      });
    }
  }

  it('breaks when a row is missing at the start or in the middle, doubled, or out of order', () => {
    const [a, b, c] = chainOf('a', 'b', 'c') as [Activity, Activity, Activity];
    for (const rows of [
      [b, c],
      [a, c],
      [a, b, b, c],
      [b, a, c],
    ])
      expect(verifyChain(rows)).toBe(false);
  });

  it('keeps neighbouring columns apart', () => {
    const one = sealActivity(undefined, { ...entry('bc'), assignee: 'a' });
    const two = sealActivity(undefined, { ...entry('c'), assignee: 'ab' });
    expect(one.hash).not.toBe(two.hash);
    expect(sealActivity(undefined, { ...entry('c'), assignee: null }).hash).not.toBe(
      sealActivity(undefined, { ...entry('c'), assignee: '' }).hash
    );
  });

  it('makes texts well-formed before it hashes them, so that a store of UTF-8 gives back what was hashed', () => {
    const sealed = sealActivity(undefined, entry('a\ud800b'));
    expect(sealed.comment).toBe('a\ufffdb');
    expect(verifyChain([sealed])).toBe(true);
  });
});
