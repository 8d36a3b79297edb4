import type { DataFrame, Field, FieldType } from '@grafana/data';
import { severity, type Severity } from '@loglake/contract/scalar';
import type { TimelineCount, TimelineData } from '../../parts/timeline.ts';

/** What a query's frames say; `unreadable` when none has the columns that are needed. */
export type FramesReading =
  { readonly kind: 'counts'; readonly counts: readonly TimelineCount[] } | { readonly kind: 'unreadable' };

const severityOf = (value: unknown): Severity | null => severity.safeParse(String(value).toLowerCase()).data ?? null;

/** Numbers as they come; what is none (null, NaN, infinite) counts nothing. */
function numberOf(value: unknown): number {
  const number = value === null || value === undefined ? 0 : Number(value);
  return Number.isFinite(number) ? number : 0;
}

/** The severity a number field stands for: its label `severity`, else its name. */
function fieldSeverity(field: Field): Severity | null {
  return (
    severityOf(field.labels?.['severity'] ?? '') ?? severityOf(field.config.displayName ?? '') ?? severityOf(field.name)
  );
}

const isNamed = (name: string) => (field: Field) => field.name.toLowerCase() === name;

/** The text field that holds severities: the one of that name, else the first that holds nothing else. */
function severityField(texts: readonly Field[]): Field | undefined {
  return (
    texts.find(isNamed('severity')) ??
    texts.find(({ values }) => values.length > 0 && values.every((value) => severityOf(value) !== null))
  );
}

function longCounts(time: Field, names: Field, numbers: Field): TimelineCount[] {
  return Array.from({ length: time.values.length }, (_none, row) => {
    const known = severityOf(names.values[row]);
    return known === null
      ? []
      : [{ at: numberOf(time.values[row]), severity: known, count: numberOf(numbers.values[row]) }];
  }).flat();
}

function wideCounts(time: Field, fields: readonly { field: Field; known: Severity }[]): TimelineCount[] {
  return fields.flatMap(({ field, known }) =>
    Array.from({ length: time.values.length }, (_none, row) => ({
      at: numberOf(time.values[row]),
      severity: known,
      count: numberOf(field.values[row]),
    }))
  );
}

/** The text behind the enum, whose package the tests cannot load. */
const textOf = (type: FieldType): string => type;

/** One frame's counts; null when it lacks the columns. */
function countsOfFrame({ fields }: DataFrame): TimelineCount[] | null {
  const ofType = (type: `${FieldType}`) => fields.filter((field) => textOf(field.type) === type);
  const time = ofType('time')[0];
  const numbers = ofType('number');
  if (time === undefined) return null;
  const wide = numbers.flatMap((field) => {
    const known = fieldSeverity(field);
    return known === null ? [] : [{ field, known }];
  });
  if (wide.length > 0) return wideCounts(time, wide);
  const names = severityField(ofType('string'));
  const count = numbers.find(isNamed('count')) ?? numbers[0];
  return names === undefined || count === undefined ? null : longCounts(time, names, count);
}

/**
 * Counts from a query's frames, in either shape: wide (time and one number per severity, by name or by the label
 * `severity`) or long (time, a text field of severities, a number, as ClickHouse gives for `GROUP BY time, severity`).
 * No frame at all is a query without rows.
 */
export function readFrames(frames: readonly DataFrame[]): FramesReading {
  const withFields = frames.filter(({ fields }) => fields.length > 0);
  if (withFields.length === 0) return { kind: 'counts', counts: [] };
  const read = withFields.map(countsOfFrame).filter((counts) => counts !== null);
  return read.length === 0 ? { kind: 'unreadable' } : { kind: 'counts', counts: read.flat() };
}

/** More bars than this cannot be told apart: they are put into buckets. */
const columnsMax = 500;

/** The smallest step between two times, milliseconds; `fallback` when there are fewer than two. */
export function stepOf(counts: readonly TimelineCount[], fallback: number): number {
  const times = [...new Set(counts.map(({ at }) => at))].sort((a, b) => a - b);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return gaps.length === 0 ? fallback : gaps.reduce((least, gap) => Math.min(least, gap));
}

/**
 * A query's counts as a timeline of the period from `from` to `to`, Unix milliseconds. What lies outside is left out;
 * times that are closer than 1/500 of the period are put into buckets of `bucketMs`.
 */
export function periodOf(counts: readonly TimelineCount[], from: number, to: number, bucketMs: number): TimelineData {
  const inside = counts.filter(({ at }) => at < to && at > from - bucketMs);
  const step = stepOf(inside, bucketMs);
  const tooFine = step * columnsMax < to - from;
  const width = tooFine ? bucketMs : step;
  const placed = tooFine
    ? inside.map((count) => ({ ...count, at: Math.floor(count.at / bucketMs) * bucketMs }))
    : inside;
  const first = placed.reduce((least, { at }) => Math.min(least, at), from);
  return { from: first, to, bucketMs: width, counts: placed };
}
