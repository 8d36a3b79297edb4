import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MatchPoint, type Span, entitiesMax, episodesOf, evidenceMax, spansOf } from './episode.ts';

const point = (id: number, tsMs: number, host: string | null = null): MatchPoint => ({
  eventId: `e${String(id).padStart(5, '0')}`,
  tsMs,
  receivedMs: 1_000_000 + id,
  host,
  user: null,
  srcIp: null,
  dstIp: null,
});

/** Episodes straight from the definition: sort all matches, cut where neighbours are further apart than the gap. */
function bruteForce(matches: readonly MatchPoint[], gapMs: number): MatchPoint[][] {
  const episodes: MatchPoint[][] = [];
  for (const match of [...matches].sort((a, b) => a.tsMs - b.tsMs || (a.eventId < b.eventId ? -1 : 1))) {
    const newest = episodes.at(-1)?.at(-1);
    if (newest !== undefined && match.tsMs - newest.tsMs <= gapMs) episodes.at(-1)?.push(match);
    else episodes.push([match]);
  }
  return episodes;
}

const shape = (spans: readonly Span[]): unknown =>
  spans.map((span) => [span.firstMs, span.lastMs, span.count, span.evidence.map((evidence) => evidence.eventId)]);
const bruteShape = (episodes: readonly MatchPoint[][]): unknown =>
  episodes.map((run) => [
    run[0]?.tsMs,
    run.at(-1)?.tsMs,
    run.length,
    run.slice(0, evidenceMax).map((match) => match.eventId),
  ]);

describe('episodes', () => {
  it('are those of all matches, however these are split into ranges, ordered, and read again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(400), fc.nat(5), fc.boolean()), { maxLength: 250 }),
        fc.integer({ min: 0, max: 40 }),
        (drawn, gapMs) => {
          const matches = drawn.map(([tsMs], index) => point(index, tsMs));
          const contributions = new Map<string, Span[]>();
          for (let range = 0; range <= 5; range += 1) {
            const rows = matches.filter((_, index) => drawn[index]?.[1] === range);
            // Rows seen twice in a range, and the whole range read again under its key.
            const repeated = rows.concat(rows.filter((_, index) => index % 3 === 0));
            contributions.set(`range ${range}`, spansOf(rows, gapMs));
            contributions.set(`range ${range}`, spansOf(repeated.reverse(), gapMs));
          }
          const spans = [...contributions.values()].flat();
          const shuffled = spans.map((span, index) => ({ span, order: (index * 7919) % 101 }));
          shuffled.sort((a, b) => a.order - b.order);
          const episodes = episodesOf(shuffled.map(({ span }) => span), gapMs); // prettier-ignore
          expect(shape(episodes)).toEqual(bruteShape(bruteForce(matches, gapMs)));
        }
      ),
      { seed: 3, numRuns: 300 }
    );
  });

  it('of no matches are none', () => {
    expect(spansOf([], 300_000)).toEqual([]);
    expect(episodesOf([], 300_000)).toEqual([]);
  });

  it('join at exactly the gap and part one millisecond later', () => {
    expect(spansOf([point(1, 0), point(2, 300)], 300)).toHaveLength(1);
    expect(spansOf([point(1, 0), point(2, 301)], 300)).toHaveLength(2);
  });

  it('count all and keep the earliest evidence, also from ranges that overlap in time', () => {
    const even = Array.from({ length: 150 }, (_, index) => point(2 * index, 2 * index));
    const odd = Array.from({ length: 150 }, (_, index) => point(2 * index + 1, 2 * index + 1));
    const [episode] = episodesOf([...spansOf(odd, 10), ...spansOf(even, 10)], 10);
    expect(episode?.count).toBe(300);
    expect(episode?.evidence.map((evidence) => evidence.tsMs)).toEqual(Array.from({ length: 100 }, (_, at) => at));
  });

  it('list hosts once, in order, bounded, and leave missing ones out', () => {
    const many = Array.from({ length: 250 }, (_, index) =>
      point(index, index, `h${String(index % 200).padStart(3, '0')}`)
    );
    const [first, second] = [spansOf(many.slice(0, 125), 10), spansOf([...many.slice(125), point(999, 125)], 10)];
    const [episode] = episodesOf([...second, ...first], 10);
    expect(episode?.hosts).toEqual(
      Array.from({ length: entitiesMax }, (_, index) => `h${String(index).padStart(3, '0')}`)
    );
  });
});
