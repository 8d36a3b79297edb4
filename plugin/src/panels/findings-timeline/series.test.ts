import { expect, it } from 'vitest';
import type { DataFrame, Field } from '@grafana/data';
import type { TimelineCount } from '../../parts/timeline.ts';
import { periodOf, readFrames, stepOf } from './series.ts';

/** Grafana's package cannot be loaded in Node; the texts behind its enum of types are what arrives anyway. */
const asField = (given: object): Field => given as Field;
const field = (name: string, type: string, values: unknown[], labels: Record<string, string> = {}): Field =>
  asField({ name, type, values, config: {}, labels });
const frame = (...fields: Field[]): DataFrame => ({ fields, length: fields[0]?.values.length ?? 0 });
const counted = (...frames: DataFrame[]): readonly TimelineCount[] => {
  const reading = readFrames(frames);
  if (reading.kind !== 'counts') throw new Error('the frames could not be read');
  return reading.counts;
};
const low = (at: number, count = 1): TimelineCount => ({ at, severity: 'low', count });

it('reads wide frames by field name and by label', () => {
  const wide = frame(
    field('time', 'time', [10, 20]),
    field('high', 'number', [1, null]),
    field('value', 'number', [2, 3], { severity: 'Low' })
  );
  expect(counted(wide)).toEqual([
    { at: 10, severity: 'high', count: 1 },
    { at: 20, severity: 'high', count: 0 },
    { at: 10, severity: 'low', count: 2 },
    { at: 20, severity: 'low', count: 3 },
  ]);
});

it('reads one frame per severity, as a time series query gives them', () => {
  const one = frame(field('time', 'time', [10]), field('count', 'number', [1], { severity: 'high' }));
  const two = frame(field('time', 'time', [10]), field('count', 'number', [5], { severity: 'medium' }));
  expect(counted(one, two)).toEqual([
    { at: 10, severity: 'high', count: 1 },
    { at: 10, severity: 'medium', count: 5 },
  ]);
});

it('reads long frames, whatever other columns there are, and drops rows of no known severity', () => {
  const long = frame(
    field('rule', 'string', ['a', 'b', 'c']),
    field('t', 'time', [10, 10, 20]),
    field('severity', 'string', ['critical', 'odd', 'HIGH']),
    field('risk', 'number', [90, 90, 70]),
    field('count', 'number', [4, 9, '18446744073709551615'])
  );
  expect(counted(long)).toEqual([
    { at: 10, severity: 'critical', count: 4 },
    { at: 20, severity: 'high', count: 2 ** 64 },
  ]);
});

it('finds the severities by what a text column holds when none has their name', () => {
  const long = frame(
    field('t', 'time', [10]),
    field('host', 'string', ['web1']),
    field('lvl', 'string', ['low']),
    field('n', 'number', [1])
  );
  expect(counted(long)).toEqual([low(10)]);
});

it('tells a query without rows from one without the columns', () => {
  expect(readFrames([])).toEqual({ kind: 'counts', counts: [] });
  expect(readFrames([frame()])).toEqual({ kind: 'counts', counts: [] });
  expect(
    readFrames([frame(field('t', 'time', []), field('severity', 'string', []), field('n', 'number', []))])
  ).toEqual({ kind: 'counts', counts: [] });
  expect(readFrames([frame(field('cpu', 'number', [1]))]).kind).toBe('unreadable');
  expect(readFrames([frame(field('t', 'time', [1]), field('cpu', 'number', [1]))]).kind).toBe('unreadable');
  expect(readFrames([frame(field('t', 'time', [1]), field('severity', 'string', ['low']))]).kind).toBe('unreadable');
});

it('counts nothing for what is no number, so that no axis grows without end', () => {
  const odd = frame(field('t', 'time', [1, 2, 3]), field('low', 'number', [Number.NaN, Infinity, 'x']));
  expect(counted(odd).map(({ count }) => count)).toEqual([0, 0, 0]);
});

it('finds the step between buckets', () => {
  expect(stepOf([low(30), low(10), low(15)], 99)).toBe(5);
  expect(stepOf([low(30), low(30)], 99)).toBe(99);
});

it('leaves out what lies outside the period, but not the bucket it begins in', () => {
  const period = periodOf([low(70), low(95), low(110), low(200)], 100, 200, 10);
  expect(period).toEqual({ from: 95, to: 200, bucketMs: 15, counts: [low(95), low(110)] });
});

it('puts single findings into buckets, and keeps their number', () => {
  const many = Array.from({ length: 3000 }, (_none, index) => low(index * 3));
  const period = periodOf(many, 0, 9000, 1000);
  expect(period.bucketMs).toBe(1000);
  expect(new Set(period.counts.map(({ at }) => at)).size).toBe(9);
  expect(period.counts).toHaveLength(3000);
});
