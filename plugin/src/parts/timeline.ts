import { severities, type Severity } from '@loglake/contract/scalar';

/** Findings in one bucket; `at` is its start, Unix milliseconds. */
export interface TimelineCount {
  readonly at: number;
  readonly severity: Severity;
  readonly count: number;
}

/** A period, Unix milliseconds, cut into buckets. */
export interface TimelineData {
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
  readonly counts: readonly TimelineCount[];
}

export interface TimelineColumn {
  readonly at: number;
  readonly total: number;
  /** Lowest severity first, which is drawn at the bottom; `below` counts those under it. */
  readonly parts: readonly { severity: Severity; count: number; below: number }[];
}

/** Stacks the counts of each bucket. Buckets in order of time; counts of zero are left out. */
export function stackColumns(counts: readonly TimelineCount[]): TimelineColumn[] {
  const byTime = new Map<number, Map<Severity, number>>();
  for (const { at, severity, count } of counts) {
    if (count <= 0) continue;
    const bucket = byTime.get(at) ?? new Map<Severity, number>();
    bucket.set(severity, (bucket.get(severity) ?? 0) + count);
    byTime.set(at, bucket);
  }
  const times = [...byTime.keys()].sort((a, b) => a - b);
  return times.map((at) => {
    let below = 0;
    const parts = severities.flatMap((severity) => {
      const count = byTime.get(at)?.get(severity) ?? 0;
      if (count === 0) return [];
      const part = { severity, count, below };
      below += count;
      return [part];
    });
    return { at, total: below, parts };
  });
}

/** Whole, round numbers from 0 to at least `max`, at most six of them. */
export function countTicks(max: number): number[] {
  const top = Math.max(1, max);
  const rough = top / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough) ?? 1);
  const ticks: number[] = [];
  for (let tick = 0; tick < top + step; tick += step) ticks.push(tick);
  return ticks;
}

const steps = [60, 300, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800];

/** The bucket that cuts a period into at most 60 parts, seconds. */
export function bucketSecondsOf(rangeMs: number): number {
  return steps.find((step) => rangeMs / (step * 1000) <= 60) ?? 604_800;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Distances between marks that people expect on a clock. */
const niceGaps = [1, 5, 10, 15, 30]
  .map((n) => n * minuteMs)
  .concat([1, 2, 3, 6, 12, 24, 48, 96].map((n) => n * hourMs));

/** At most `count` moments within the period, on round times, Unix milliseconds. */
export function timeTicks(data: Pick<TimelineData, 'from' | 'to' | 'bucketMs'>, count: number): number[] {
  const apart = (data.to - data.from) / Math.max(1, count);
  const every = niceGaps.find((gap) => gap >= apart && gap >= data.bucketMs) ?? Math.ceil(apart / dayMs) * dayMs;
  const ticks: number[] = [];
  for (let at = Math.ceil(data.from / every) * every; at < data.to; at += every) ticks.push(at);
  return ticks;
}

interface TimelineAnswer {
  readonly bucketSeconds: number;
  readonly buckets: readonly { from: string; severity: Severity; count: string }[];
}

/** The service's answer for a period, Unix milliseconds. Findings first seen before the period are left out. */
export function timelineOf(answer: TimelineAnswer, from: number, to: number): TimelineData {
  const bucketMs = answer.bucketSeconds * 1000;
  const start = Math.floor(from / bucketMs) * bucketMs;
  const counts = answer.buckets
    .map((bucket) => ({ at: Date.parse(bucket.from), severity: bucket.severity, count: Number(bucket.count) }))
    .filter(({ at }) => at >= start && at < to);
  return { from: start, to, bucketMs, counts };
}

/** The whole picture in a sentence: `12 findings: 2 critical, 10 high`. Highest severity first. */
export function summaryText(counts: readonly TimelineCount[]): string {
  const sums = severities.map((severity) => ({
    severity,
    count: counts.reduce((sum, one) => sum + (one.severity === severity ? Math.max(0, one.count) : 0), 0),
  }));
  const total = sums.reduce((sum, { count }) => sum + count, 0);
  const parts = sums.filter(({ count }) => count > 0).map(({ severity, count }) => `${count} ${severity}`);
  const found = total === 1 ? '1 finding' : `${total} findings`;
  return parts.length === 0 ? found : `${found}: ${parts.reverse().join(', ')}`;
}

/** The column beside `current` in the direction of an arrow key; from nowhere, the first or the last. */
export function columnBeside<C>(columns: readonly C[], current: C | null, key: string): C | null {
  const place = current === null ? -1 : columns.indexOf(current);
  switch (key) {
    case 'ArrowRight':
      return columns[Math.min(place + 1, columns.length - 1)] ?? null;
    case 'ArrowLeft':
      return columns.at(place === -1 ? -1 : Math.max(place - 1, 0)) ?? null;
    case 'Home':
      return columns[0] ?? null;
    case 'End':
      return columns.at(-1) ?? null;
    default:
      return null;
  }
}
