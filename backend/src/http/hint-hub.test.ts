import { describe, expect, it } from 'vitest';
import { createHintHub } from './hint-hub.ts';

const hint = (n: number) => ({ findingId: `f${n}`, revision: n });

describe('hint hub', () => {
  it('gives what came after a place, in order', () => {
    const hub = createHintHub('a', 10);
    for (const n of [1, 2, 3]) hub.publish(hint(n));
    expect(hub.since('a-1')?.map((placed) => placed.hint.findingId)).toEqual(['f2', 'f3']);
    expect(hub.since(hub.newest())).toEqual([]);
  });

  it('says that hints were missed when the place is older than the buffer', () => {
    const hub = createHintHub('a', 2);
    for (const n of [1, 2, 3]) hub.publish(hint(n));
    expect(hub.since('a-1')?.length).toBe(2);
    expect(hub.since('a-0')).toBeNull();
  });

  it.each(['b-1', 'a-99', 'a--1', 'a-x', '', 'a-'])('knows a foreign place: %s', (place) => {
    const hub = createHintHub('a', 2);
    hub.publish(hint(1));
    const known = place === 'a-';
    expect(hub.since(place) === null).toBe(!known);
  });

  it('stops calling a listener that left', () => {
    const hub = createHintHub('a', 2);
    const seen: number[] = [];
    const stop = hub.listen((placed) => seen.push(placed.place));
    hub.publish(hint(1));
    stop();
    hub.publish(hint(2));
    expect(seen).toEqual([1]);
    expect(hub.listeners()).toBe(0);
  });
});
