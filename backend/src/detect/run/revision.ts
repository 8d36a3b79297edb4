import { createHash } from 'node:crypto';
import type { GroupValues } from '../../findings/group.ts';
import { type StoredEpisode, identify, newFindingId } from '../../findings/identity.ts';
import { riskOf } from '../../findings/risk.ts';
import type { FindingRevision, LiveFinding, Supersession } from '../../store/security-finding.ts';
import type { DetectionRule } from '../rule.ts';
import type { RuleSet } from './evaluate-range.ts';
import { findingQuery } from './finding-query.ts';

/** A group of one rule that new matches touch. */
export interface TouchedGroup {
  readonly rule: DetectionRule;
  readonly key: string;
  readonly runId: string;
  readonly group: GroupValues;
  /** The new matches, that is, those of the range. */
  readonly fresh: readonly { readonly tsMs: number; readonly receivedMs: number }[];
}

/** An episode as recomputed. Times in Unix milliseconds. */
export interface Episode {
  readonly firstMs: number;
  readonly lastMs: number;
  /** Matches, or firing triggers of a correlation. */
  readonly count: number;
  readonly eventIds: readonly string[];
}

/** What an episode is about. */
export interface EpisodeEntities {
  readonly lastReceivedMs: number;
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  readonly srcIps: readonly string[];
  readonly dstIps: readonly string[];
}

type Stored = StoredEpisode & { readonly row: LiveFinding };

/** An episode that is new or has changed, with what was stored of it. */
export interface Change<E extends Episode> {
  readonly touched: TouchedGroup;
  readonly episode: E;
  readonly kept: LiveFinding | undefined;
  readonly joined: readonly LiveFinding[];
}

export interface GroupChanges<E extends Episode> {
  readonly changes: readonly Change<E>[];
  /** Stored findings that nothing stands behind any more. */
  readonly withdrawn: readonly LiveFinding[];
}

/** A stored finding by the names that findings/identity.ts uses. */
export function storedEpisode(row: LiveFinding): Stored {
  return { findingId: row.finding_id, firstMs: row.first_ms, lastMs: row.last_ms, createdMs: row.created_ms, row };
}

const evidenceHash = (ids: readonly string[]): string => createHash('sha256').update(ids.join(',')).digest('hex');

function unchanged(rule: DetectionRule, episode: Episode, row: LiveFinding): boolean {
  return (
    row.rule_hash === rule.meta.hash &&
    row.count === episode.count &&
    row.first_ms === episode.firstMs &&
    row.last_ms === episode.lastMs &&
    row.evidence_hash === evidenceHash(episode.eventIds)
  );
}

/** Compares all episodes of a group's region with all findings stored in it. */
export function changesOf<E extends Episode>(
  touched: TouchedGroup,
  episodes: readonly E[],
  stored: readonly LiveFinding[]
): GroupChanges<E> {
  const identified = identify(episodes, stored.map(storedEpisode));
  const changes = identified.episodes
    .map(({ episode, kept, joined }) => ({ touched, episode, kept: kept?.row, joined: joined.map(({ row }) => row) }))
    .filter(
      ({ episode, kept, joined }) => kept === undefined || joined.length > 0 || !unchanged(touched.rule, episode, kept)
    );
  return { changes, withdrawn: identified.withdrawn.map(({ row }) => row) };
}

/** Matches of the range that lie before the end that the finding (or one joined into it) had already. */
function lateIn({ touched, episode, kept, joined }: Change<Episode>): number {
  const known = kept === undefined ? [] : [kept, ...joined];
  const before = known.reduce((sum, row) => sum + row.late_count, 0);
  const endMs = Math.max(...known.map((row) => row.last_ms), -Infinity);
  const late = touched.fresh.filter(({ tsMs }) => tsMs >= episode.firstMs && tsMs <= episode.lastMs && tsMs < endMs);
  return Math.min(episode.count, before + late.length);
}

export interface RevisionContext {
  readonly set: RuleSet;
  /** Names the range of arrived rows: part of the ids of new findings. */
  readonly origin: string;
  readonly nowMs: number;
}

/** The next revision of a changed episode. */
export function revisionOf(
  change: Change<Episode>,
  entities: EpisodeEntities,
  context: RevisionContext
): FindingRevision {
  const { touched, episode, kept } = change;
  const { meta } = touched.rule;
  const { sql, params } = findingQuery(touched.rule, { ...touched, ...episode }, context.set);
  const assets = Math.max(entities.hosts.length, entities.users.length, entities.dstIps.length);
  return {
    finding_id: kept?.finding_id ?? newFindingId(meta.id, touched.key, context.origin, episode.eventIds[0] ?? ''),
    revision: (kept?.revision ?? 0) + 1,
    rule_id: meta.id,
    rule_hash: meta.hash,
    title: meta.title,
    severity: meta.level,
    risk: riskOf(meta.level, episode.count, assets),
    group_key: touched.key,
    group_values: touched.group,
    hosts: entities.hosts,
    users: entities.users,
    src_ips: entities.srcIps,
    dst_ips: entities.dstIps,
    tags: meta.tags,
    count: episode.count,
    late_count: lateIn(change),
    firstMs: episode.firstMs,
    lastMs: episode.lastMs,
    lastReceivedMs: entities.lastReceivedMs,
    event_ids: episode.eventIds,
    query_sql: sql,
    query_params: JSON.stringify(params),
    run_id: touched.runId,
    createdMs: kept?.created_ms ?? context.nowMs,
    updatedMs: context.nowMs,
  };
}

/** Findings that live on in another one, or (by their own id) in none. */
export function supersessionsOf(groups: readonly GroupChanges<Episode>[]): Supersession[] {
  return groups.flatMap(({ changes, withdrawn }) => [
    ...changes.flatMap(({ kept, joined }) =>
      joined.map((row) => ({ finding_id: row.finding_id, revision: row.revision, by: kept?.finding_id ?? '' }))
    ),
    ...withdrawn.map((row) => ({ finding_id: row.finding_id, revision: row.revision, by: row.finding_id })),
  ]);
}
