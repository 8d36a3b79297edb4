import { both } from '../../both.ts';
import { type MatchPoint, type Span, episodesOf, spansOf } from '../../findings/episode.ts';
import { groupKey } from '../../findings/group.ts';
import { regionOf } from '../../findings/identity.ts';
import {
  type ContributionRow,
  type NewContribution,
  contributionsOfGroups,
  insertContributions,
} from '../../store/finding-contribution.ts';
import { type LiveFinding, liveFindingsOfGroups } from '../../store/security-finding.ts';
import type { Store } from '../../store/store.ts';
import type { SingleRule } from '../rule.ts';
import type { RangeMatch, RuleMatches } from './evaluate-range.ts';
import { groupBy } from './group-by.ts';
import {
  type Change,
  type Episode,
  type GroupChanges,
  type TouchedGroup,
  changesOf,
  storedEpisode,
} from './revision.ts';

/** A touched group of a single-event rule, with what the range contributes to it. */
export interface SingleGroup extends TouchedGroup {
  readonly rule: SingleRule;
  readonly spans: readonly Span[];
}

type SpanEpisode = Span & Episode;

/** The groups that a rule's matches in a range touch, each with its maximal runs. */
export function touchedGroups({ rule, matches }: RuleMatches): SingleGroup[] {
  const groups = groupBy(matches, (match) => groupKey(rule.meta.id, match.runId, match.group));
  return [...groups].flatMap(([key, of]) => {
    const [first] = of;
    return first === undefined ? [] : [singleGroup(rule, key, first, of)];
  });
}

function singleGroup(rule: SingleRule, key: string, first: RangeMatch, matches: readonly RangeMatch[]): SingleGroup {
  const distinct = new Map<string, MatchPoint>(matches.map(({ point }) => [point.eventId, point]));
  const fresh = [...distinct.values()];
  return { rule, key, runId: first.runId, group: first.group, fresh, spans: spansOf(fresh, rule.gapMs) };
}

async function storeContributions(
  store: Store,
  rangeKey: string,
  groups: readonly SingleGroup[],
  signal?: AbortSignal
): Promise<void> {
  const rows = groups.flatMap((of) => of.spans.map((span, ordinal) => contributionOf(of, span, ordinal)));
  await insertContributions(store, rangeKey, rows, signal);
}

function contributionOf(of: SingleGroup, span: Span, ordinal: number): NewContribution {
  return {
    rule_id: of.rule.meta.id,
    rule_hash: of.rule.meta.hash,
    run_id: of.runId,
    group_key: of.key,
    ordinal,
    first_ms: span.firstMs,
    last_ms: span.lastMs,
    count: span.count,
    first_received_ms: span.firstReceivedMs,
    last_received_ms: span.lastReceivedMs,
    event_ids: span.evidence.map((evidence) => evidence.eventId),
    event_ms: span.evidence.map((evidence) => evidence.tsMs),
    group_values: of.group,
    hosts: [...span.hosts],
    users: [...span.users],
    src_ips: [...span.srcIps],
    dst_ips: [...span.dstIps],
  };
}

function spanOf(row: ContributionRow): Span {
  return {
    firstMs: row.first_ms,
    lastMs: row.last_ms,
    count: row.count,
    firstReceivedMs: row.first_received_ms,
    lastReceivedMs: row.last_received_ms,
    evidence: row.event_ids.map((eventId, at) => ({ eventId, tsMs: row.event_ms[at] ?? row.first_ms })),
    hosts: row.hosts,
    users: row.users,
    srcIps: row.src_ips,
    dstIps: row.dst_ips,
  };
}

/** Stores what the range contributes, then recomputes the episodes that this touches from all contributions stored. */
export async function recomputeSingles(
  store: Store,
  rangeKey: string,
  groups: readonly SingleGroup[],
  signal?: AbortSignal
): Promise<GroupChanges<SpanEpisode>[]> {
  if (groups.length === 0) return [];
  const names = {
    rules: [...new Set(groups.map((of) => of.rule.meta.id))],
    keys: groups.map((of) => of.key),
  };
  // Findings change with a range's revisions only: it makes no difference whether its contributions stand already.
  const [live] = await both(
    liveFindingsOfGroups(store, names, signal),
    storeContributions(store, rangeKey, groups, signal)
  );
  const stored = groupBy(live, (row) => row.group_key);
  const regions = groups.map((of) => regionOfGroup(of, stored.get(of.key) ?? []));
  const fromMs = Math.min(...regions.map((region) => region.firstMs));
  const toMs = Math.max(...regions.map((region) => region.lastMs));
  const rows = await contributionsOfGroups(store, { ...names, fromMs, toMs }, signal);
  const contributions = groupBy(rows, (row) => row.group_key);
  return groups.map((of, at) => {
    const region = regions[at] ?? { firstMs: fromMs, lastMs: toMs };
    const inside = (row: { first_ms: number; last_ms: number }): boolean =>
      row.first_ms <= region.lastMs && row.last_ms >= region.firstMs;
    const spans = (contributions.get(of.key) ?? []).filter(inside).map(spanOf);
    const episodes = episodesOf(spans, of.rule.gapMs).map((span) => ({
      ...span,
      eventIds: span.evidence.map((evidence) => evidence.eventId),
    }));
    return changesOf(of, episodes, (stored.get(of.key) ?? []).filter(inside));
  });
}

function regionOfGroup(of: SingleGroup, stored: readonly LiveFinding[]): { firstMs: number; lastMs: number } {
  const hull = {
    firstMs: Math.min(...of.spans.map((span) => span.firstMs)),
    lastMs: Math.max(...of.spans.map((span) => span.lastMs)),
  };
  return regionOf(hull, stored.map(storedEpisode), of.rule.gapMs);
}

/** What a single-event episode is about stands in its contributions. */
export function entitiesOfSpan({ episode }: Change<SpanEpisode>): Span {
  return episode;
}
