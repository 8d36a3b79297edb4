import { entities } from '../../findings/episode.ts';
import { groupKey } from '../../findings/group.ts';
import { regionOf } from '../../findings/identity.ts';
import { type EventEntities, eventEntities } from '../../store/event.ts';
import { type LiveFinding, liveFindingsOfGroups } from '../../store/security-finding.ts';
import type { Store } from '../../store/store.ts';
import {
  type CorrelationRule,
  type FiringWindow,
  type GroupValues,
  correlationGroupRow,
  firingWindowRow,
} from '../rule.ts';
import type { RangeEvaluation } from './evaluate-range.ts';
import { groupBy } from './group-by.ts';
import {
  type Change,
  type Episode,
  type EpisodeEntities,
  type GroupChanges,
  type TouchedGroup,
  changesOf,
  storedEpisode,
} from './revision.ts';

/** A touched group of a correlation: matches of the range that it reads. */
export interface CorrelationGroup extends TouchedGroup {
  readonly rule: CorrelationRule;
  /** From the oldest to the newest of the new matches that can change it, in event time. */
  readonly changed: Interval;
}

interface Interval {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** From the least to the most of the times. */
function intervalOf(times: readonly { readonly tsMs: number }[]): Interval {
  return {
    firstMs: times.reduce((least, { tsMs }) => Math.min(least, tsMs), Infinity),
    lastMs: times.reduce((most, { tsMs }) => Math.max(most, tsMs), -Infinity),
  };
}

interface Touch {
  readonly key: string;
  readonly runId: string;
  readonly group: GroupValues;
  readonly tsMs: number;
  readonly receivedMs: number;
}

function* touches(rule: CorrelationRule, evaluation: RangeEvaluation): Generator<Touch> {
  for (const ruleId of rule.references) {
    for (const { point, runId, fields } of evaluation.byRule.get(ruleId)?.matches ?? []) {
      const { eventId, tsMs, receivedMs } = point;
      for (const group of rule.groupsOf({ ruleId, eventId, tsMs, fields: fields ?? {} })) {
        yield { key: groupKey(rule.meta.id, runId, group), runId, group, tsMs, receivedMs };
      }
    }
  }
}

/** The groups of a correlation that a range's matches touch. */
export function touchedByCorrelation(rule: CorrelationRule, evaluation: RangeEvaluation): CorrelationGroup[] {
  return [...groupBy(touches(rule, evaluation), (touch) => touch.key)].flatMap(([key, of]) => {
    const [first] = of;
    if (first === undefined) return [];
    return [{ rule, key, runId: first.runId, group: first.group, fresh: of, changed: intervalOf(of) }];
  });
}

/**
 * The same for a rule whose matches change other groups too (CorrelationRule.spreads): every group that has a match
 * where the new ones reach, `touched` among them.
 */
export async function spreadByCorrelation(
  store: Store,
  touched: readonly CorrelationGroup[],
  signal?: AbortSignal
): Promise<CorrelationGroup[]> {
  const limits = { timeoutMs: 60_000, rowsMax: 200_000, ...(signal === undefined ? {} : { signal }) };
  const found: CorrelationGroup[] = [];
  for (const [runId, groups] of groupBy(touched, (of) => of.runId)) {
    const [any] = groups;
    if (any === undefined) continue;
    const { rule } = any;
    const changed = intervalOf(groups.flatMap((of) => of.fresh));
    const scope = { runId, fromMs: changed.firstMs, toMs: changed.lastMs + rule.reachMs };
    const rows = await store.compiled(
      'correlation.groups',
      { ...rule.compileGroups(scope) },
      correlationGroupRow,
      limits
    );
    const spread = new Map(groups.map((of) => [of.key, { ...of, changed }]));
    for (const group of rows.map((row) => rule.groupOf(row))) {
      const key = groupKey(rule.meta.id, runId, group);
      if (!spread.has(key)) spread.set(key, { rule, key, runId, group, fresh: [], changed });
    }
    found.push(...spread.values());
  }
  return found;
}

/** The interval of triggers that the new matches can change, widened to whole findings. */
function regionOfGroup(of: CorrelationGroup, stored: readonly Interval[]) {
  const { firstMs, lastMs } = of.changed;
  return regionOf({ firstMs, lastMs: lastMs + of.rule.reachMs }, stored, of.rule.timespanMs);
}

function episodeOf(window: FiringWindow): Episode {
  return { firstMs: window.firstMs, lastMs: window.lastMs, count: window.triggers, eventIds: window.eventIds };
}

/** How long matches are kept after their arrival (migrations 0004 and 0010), and how late or early one may come. */
const keptMs = 8 * 86_400_000;
const lateMs = 25 * 3_600_000;

/**
 * A correlation's finding stored longer ago than this is left as it is, and what follows becomes another one: the first
 * of its matches may have arrived as long before it as they reach and may be late, and an episode recomputed from what
 * is left of them would shrink.
 */
function recomputedMs({ reachMs }: CorrelationRule): number {
  return Math.max(keptMs - lateMs - reachMs, 86_400_000);
}

/** Findings of the groups that may be recomputed, by group. */
export async function storedOfCorrelations(
  store: Store,
  groups: readonly CorrelationGroup[],
  nowMs: number,
  signal?: AbortSignal
): Promise<ReadonlyMap<string, readonly LiveFinding[]>> {
  if (groups.length === 0) return new Map();
  const names = { rules: [...new Set(groups.map((of) => of.rule.meta.id))], keys: groups.map((of) => of.key) };
  const live = await liveFindingsOfGroups(store, names, signal);
  const sinceMs = new Map(groups.map(({ key, rule }) => [key, nowMs - recomputedMs(rule)]));
  return groupBy(live.filter((row) => row.created_ms >= (sinceMs.get(row.group_key) ?? nowMs)), (row) => row.group_key); // prettier-ignore
}

/** A group with the interval in which it is computed again. */
interface Placed {
  readonly of: CorrelationGroup;
  readonly region: Interval;
}

/** So many groups are read in one query, as far back as the one that reaches furthest. */
const readTogetherMax = 20;

/**
 * Groups that are read together: when they are many, those whose matches reach about as far back, by factors of 16, which is one to three queries
 * for 24 hours. So one late match does not mean that every group of the range is read as far back as it.
 */
function readTogether(placed: readonly Placed[], { timespanMs, spreads }: CorrelationRule): Placed[][] {
  if (spreads || placed.length <= readTogetherMax) return [[...placed]];
  const endMs = placed.reduce((most, { region }) => Math.max(most, region.lastMs), -Infinity);
  const far = ({ region }: Placed): number =>
    Math.ceil(Math.log2(Math.max(1, (endMs - region.firstMs) / timespanMs)) / 4);
  return [...groupBy(placed, far).values()];
}

/**
 * Recomputes the firing windows that new matches touch, from all stored matches, in event time. `groups` are of one
 * rule and one run. What is computed replaces what is stored in the region: a late match may add, move, join or
 * (with conditions such as lt or eq) end a finding. A finding of another text of the rule ends for no such reason: the
 * matches that it counted may not be those of the current text.
 */
export async function recomputeCorrelation(
  store: Store,
  groups: readonly CorrelationGroup[],
  stored: ReadonlyMap<string, readonly LiveFinding[]>,
  signal?: AbortSignal
): Promise<GroupChanges<Episode>[]> {
  const [any] = groups;
  if (any === undefined) return [];
  const placed = groups.map((of) => {
    return { of, region: regionOfGroup(of, (stored.get(of.key) ?? []).map(storedEpisode)) };
  });
  const found: GroupChanges<Episode>[] = [];
  for (const near of readTogether(placed, any.rule)) {
    const windows = await windowsOf(store, any, near, signal);
    for (const { of, region } of near) {
      const inside = (one: Interval): boolean => one.firstMs <= region.lastMs && one.lastMs >= region.firstMs;
      const episodes = (windows.get(of.key) ?? []).filter(inside).map(episodeOf);
      const known = (stored.get(of.key) ?? []).filter((row) => inside(storedEpisode(row)));
      const { changes, withdrawn } = changesOf(of, episodes, known);
      found.push({ changes, withdrawn: withdrawn.filter((row) => row.rule_hash === of.rule.meta.hash) });
    }
  }
  return found;
}

/** Firing windows in the groups' regions and between them, by group. */
async function windowsOf(
  store: Store,
  { rule, runId }: CorrelationGroup,
  placed: readonly Placed[],
  signal?: AbortSignal
): Promise<ReadonlyMap<string, readonly FiringWindow[]>> {
  const statement = rule.compileWindows({
    runId,
    groups: placed.map(({ of }) => of.group),
    keyed: true,
    fromMs: placed.reduce((least, { region }) => Math.min(least, region.firstMs), Infinity),
    toMs: placed.reduce((most, { region }) => Math.max(most, region.lastMs), -Infinity),
  });
  const limits = { timeoutMs: 60_000, rowsMax: 200_000, ...(signal === undefined ? {} : { signal }) };
  const rows = await store.compiled('correlation.windows', { ...statement }, firingWindowRow, limits);
  return groupBy(rows.map((row) => rule.windowOf(row)), ({ group }) => groupKey(rule.meta.id, runId, group)); // prettier-ignore
}

/** Hosts, users and addresses of the evidence of changed episodes, read in one query. */
export async function entitiesOfChanges(
  store: Store,
  changes: readonly Change<Episode>[]
): Promise<Map<Change<Episode>, EpisodeEntities>> {
  const ids = [...new Set(changes.flatMap(({ episode }) => episode.eventIds))];
  const fromMs = changes.reduce((least, { episode }) => Math.min(least, episode.firstMs), Infinity);
  const toMs = changes.reduce((most, { episode }) => Math.max(most, episode.lastMs), -Infinity);
  const events = await eventEntities(store, ids, fromMs, toMs);
  return new Map(changes.map((change) => [change, entitiesOf(change, events)]));
}

function entitiesOf(change: Change<Episode>, events: ReadonlyMap<string, EventEntities>): EpisodeEntities {
  const { episode, touched, kept, joined } = change;
  const rows = episode.eventIds.flatMap((id) => events.get(id) ?? []);
  const fresh = touched.fresh.filter(({ tsMs }) => tsMs >= episode.firstMs && tsMs <= episode.lastMs);
  const received = [
    ...rows.map((row) => row.received_ms),
    ...fresh.map(({ receivedMs }) => receivedMs),
    ...(kept === undefined ? [] : [kept, ...joined]).map((row) => row.last_received_ms),
  ];
  return {
    lastReceivedMs: received.reduce((a, b) => Math.max(a, b), 0),
    hosts: entities(rows.map((row) => row.host)),
    users: entities(rows.map((row) => row.user)),
    srcIps: entities(rows.map((row) => row.src_ip)),
    dstIps: entities(rows.map((row) => row.dst_ip)),
  };
}
