import { describe, expect, it } from 'vitest';
import { identify, newFindingId, regionOf } from './identity.ts';

const stored = (findingId: string, firstMs: number, lastMs: number, createdMs: number) => ({
  findingId, firstMs, lastMs, createdMs,
}); // prettier-ignore
const episode = (firstMs: number, lastMs: number) => ({ firstMs, lastMs });

describe('identify', () => {
  it('keeps the id of the finding that an episode overlaps, also when it has grown on both sides', () => {
    const a = stored('a', 100, 200, 1);
    expect(identify([episode(50, 300)], [a])).toEqual({
      episodes: [{ episode: episode(50, 300), kept: a, joined: [] }],
      withdrawn: [],
    });
  });

  it('makes a new finding where nothing overlaps, and says which stored ones lost their ground', () => {
    const a = stored('a', 100, 200, 1);
    expect(identify([episode(201, 300)], [a])).toEqual({
      episodes: [{ episode: episode(201, 300), kept: undefined, joined: [] }],
      withdrawn: [a],
    });
  });

  it('joins several into the one that was stored first, not the one that happened first', () => {
    const [a, b, c] = [stored('a', 0, 10, 3), stored('b', 20, 30, 1), stored('c', 40, 50, 2)];
    expect(identify([episode(0, 50)], [a, b, c]).episodes).toEqual([
      { episode: episode(0, 50), kept: b, joined: [c, a] },
    ]);
  });

  it('decides ties the same way whatever the order they come in', () => {
    const [a, b] = [stored('a', 0, 10, 1), stored('b', 20, 30, 1)];
    expect(identify([episode(0, 50)], [b, a])).toEqual(identify([episode(0, 50)], [a, b]));
  });

  it('gives the id of a finding that fell apart to its earliest part only', () => {
    const a = stored('a', 0, 100, 1);
    const parts = identify([episode(0, 20), episode(80, 100)], [a]).episodes;
    expect(parts.map((part) => part.kept?.findingId)).toEqual(['a', undefined]);
  });
});

describe('newFindingId', () => {
  it('is the same for the same range and event and another for any other', () => {
    const id = newFindingId('r', 'g', 's|p|1|2|1', 'e1');
    expect(newFindingId('r', 'g', 's|p|1|2|1', 'e1')).toBe(id);
    const others = [
      newFindingId('r2', 'g', 's|p|1|2|1', 'e1'),
      newFindingId('r', 'g2', 's|p|1|2|1', 'e1'),
      newFindingId('r', 'g', 's|p|1|2|2', 'e1'),
      newFindingId('r', 'g', 's|p|1|2|1', 'e2'),
    ];
    expect(new Set([id, ...others]).size).toBe(5);
  });
});

describe('regionOf', () => {
  it('takes in stored findings that touch it through the gap, one after the other, in any order', () => {
    const chain = [episode(0, 10), episode(19, 20), episode(30, 40), episode(51, 60)];
    expect(regionOf(episode(45, 45), [...chain].reverse(), 10)).toEqual(episode(0, 60));
    expect(regionOf(episode(45, 45), chain, 9)).toEqual(episode(30, 60));
  });

  it('stays as it is when nothing is near', () => {
    expect(regionOf(episode(45, 46), [episode(0, 34), episode(57, 60)], 10)).toEqual(episode(45, 46));
  });
});
