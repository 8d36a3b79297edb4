/** One matching event. Times in Unix milliseconds. */
export interface MatchPoint {
  readonly eventId: string;
  /** Event time. */
  readonly tsMs: number;
  readonly receivedMs: number;
  readonly host: string | null;
  readonly user: string | null;
  readonly srcIp: string | null;
  readonly dstIp: string | null;
}

export interface Evidence {
  readonly eventId: string;
  readonly tsMs: number;
}

/** A run of matches of one group: one contribution of a range, or a whole episode. Times in Unix milliseconds. */
export interface Span {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  readonly firstReceivedMs: number;
  readonly lastReceivedMs: number;
  /** The earliest `evidenceMax`, by time, then id. */
  readonly evidence: readonly Evidence[];
  /** In text order, the first `entitiesMax` of each. */
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  readonly srcIps: readonly string[];
  readonly dstIps: readonly string[];
}

/** Evidence ids kept per finding; further matches are counted (folded). */
export const evidenceMax = 100;
/** Hosts, users and addresses kept per finding, each. */
export const entitiesMax = 100;

const byTime = (a: Evidence, b: Evidence): number => a.tsMs - b.tsMs || (a.eventId < b.eventId ? -1 : 1);

/**
 * The earliest `evidenceMax` of several lists, each event once. Exact for any split into lists that keep their own
 * earliest ones.
 */
export function earliestEvidence(lists: readonly (readonly Evidence[])[]): Evidence[] {
  const byId = new Map(lists.flat().map((evidence) => [evidence.eventId, evidence]));
  return [...byId.values()].sort(byTime).slice(0, evidenceMax);
}

/** The first `entitiesMax` distinct texts in code unit order; exact over any split, as above. Missing ones are left out. */
export function entities(values: Iterable<string | null>): string[] {
  const known = new Set<string>();
  for (const value of values) if (value !== null && value !== '') known.add(value);
  return [...known].sort().slice(0, entitiesMax);
}

function spanOfMatches(matches: readonly MatchPoint[]): Span {
  const times = matches.map((match) => match.tsMs);
  const received = matches.map((match) => match.receivedMs);
  return {
    firstMs: times.reduce((a, b) => Math.min(a, b)),
    lastMs: times.reduce((a, b) => Math.max(a, b)),
    count: matches.length,
    firstReceivedMs: received.reduce((a, b) => Math.min(a, b)),
    lastReceivedMs: received.reduce((a, b) => Math.max(a, b)),
    evidence: earliestEvidence([matches.map(({ eventId, tsMs }) => ({ eventId, tsMs }))]),
    hosts: entities(matches.map((match) => match.host)),
    users: entities(matches.map((match) => match.user)),
    srcIps: entities(matches.map((match) => match.srcIp)),
    dstIps: entities(matches.map((match) => match.dstIp)),
  };
}

function mergeSpans(spans: readonly Span[]): Span {
  return {
    firstMs: spans.map((span) => span.firstMs).reduce((a, b) => Math.min(a, b)),
    lastMs: spans.map((span) => span.lastMs).reduce((a, b) => Math.max(a, b)),
    count: spans.reduce((sum, span) => sum + span.count, 0),
    firstReceivedMs: spans.map((span) => span.firstReceivedMs).reduce((a, b) => Math.min(a, b)),
    lastReceivedMs: spans.map((span) => span.lastReceivedMs).reduce((a, b) => Math.max(a, b)),
    evidence: earliestEvidence(spans.map((span) => span.evidence)),
    hosts: entities(spans.flatMap((span) => span.hosts)),
    users: entities(spans.flatMap((span) => span.users)),
    srcIps: entities(spans.flatMap((span) => span.srcIps)),
    dstIps: entities(spans.flatMap((span) => span.dstIps)),
  };
}

/** Splits intervals, sorted here by start, where the next begins more than `gapMs` after everything before it ended. */
function connected<T extends { readonly firstMs: number; readonly lastMs: number }>(
  items: readonly T[],
  gapMs: number
): T[][] {
  const runs: T[][] = [];
  let endMs = -Infinity;
  for (const item of [...items].sort((a, b) => a.firstMs - b.firstMs)) {
    const run = runs.at(-1);
    if (run !== undefined && item.firstMs - endMs <= gapMs) run.push(item);
    else runs.push([item]);
    endMs = Math.max(endMs, item.lastMs);
  }
  return runs;
}

/**
 * The contributions of one range of arrived rows: its maximal runs of matches of one group, by time. An event that
 * appears twice counts once.
 */
export function spansOf(matches: readonly MatchPoint[], gapMs: number): Span[] {
  const distinct = [...new Map(matches.map((match) => [match.eventId, match])).values()];
  const points = distinct.map((match) => ({ firstMs: match.tsMs, lastMs: match.tsMs, match }));
  return connected(points, gapMs).map((run) => spanOfMatches(run.map((point) => point.match)));
}

/**
 * The episodes of a group from all its contributions, by time. Exact: every contribution is connected in itself under
 * `gapMs`, so a match lies within the gap of a contribution's interval exactly when it lies within the gap of one of
 * its matches, and the components of the intervals are those of all matches.
 */
export function episodesOf(spans: readonly Span[], gapMs: number): Span[] {
  return connected(spans, gapMs).map(mergeSpans);
}
