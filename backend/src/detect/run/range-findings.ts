import { ServiceError, messageOf } from '../../error.ts';
import { evidenceMax } from '../../findings/episode.ts';
import { shortHash } from '../../findings/group.ts';
import { type FindingRevision, insertRevisions } from '../../store/security-finding.ts';
import type { Store } from '../../store/store.ts';
import type { CorrelationRule } from '../rule.ts';
import {
  type CorrelationGroup,
  entitiesOfChanges,
  recomputeCorrelation,
  spreadByCorrelation,
  storedOfCorrelations,
  touchedByCorrelation,
} from './correlation-findings.ts';
import type { RangeEvaluation } from './evaluate-range.ts';
import { groupBy, slices } from './group-by.ts';
import { notDecided } from './guarded-rules.ts';
import type { Quarantine } from './quarantine.ts';
import {
  type Change,
  type Episode,
  type EpisodeEntities,
  type GroupChanges,
  type RevisionContext,
  revisionOf,
  supersessionsOf,
} from './revision.ts';
import { entitiesOfSpan, recomputeSingles, touchedGroups } from './single-findings.ts';

/** A finding that has a new revision. */
export interface RevisionHint {
  readonly findingId: string;
  readonly revision: number;
}

/** What a range did to the findings of one rule. */
export interface RuleEffect {
  /** Revisions written. */
  findings: number;
  /** Matches that its findings count without an evidence id since this range. */
  folded: number;
  error: string;
}

export interface RangeFindings {
  readonly hints: RevisionHint[];
  /** By rule id; correlations too. */
  readonly effects: Map<string, RuleEffect>;
}

export interface FindingsContext extends RevisionContext {
  readonly store: Store;
  readonly quarantine: Quarantine;
  readonly signal?: AbortSignal;
}

/** Groups recomputed together: bounds what is read and inserted at once. In steps of 1,000 a flood of groups took twice as long. */
const groupsPerStep = 5000;
/** The same; those of rules that spread are read by time, all matches of the timespan at once. */
const correlationGroupsPerStep = 1000;
/** A correlation is held when its query fails four times, or times out twice: quarantine.ts counts 100 rows. */
const rowsOfFailedQuery = 25;
const rowsOfTimeout = 50;
/** A correlation's query that takes longer is charged, a tenth of it: the engine answers others meanwhile. Milliseconds. */
const slowQueryMs = 1_000;
const queryShare = 10;
/** Changed episodes whose evidence, up to 100 ids each, is looked up together. */
const changesPerLookup = 50;

/** Contributions, episodes and revisions of single-event rules. Idempotent for one range. */
export async function findSingles(context: FindingsContext, evaluation: RangeEvaluation, into: RangeFindings) {
  // The rules with few matches first: nobody waits for one that matches everything.
  const raising = [...evaluation.byRule.values()]
    .filter(({ rule }) => rule.raisesFindings)
    .sort((a, b) => a.matches.length - b.matches.length);
  for (const groups of slices(raising.flatMap(touchedGroups), groupsPerStep)) {
    const found = await recomputeSingles(context.store, context.origin, groups, context.signal);
    await write(context, found, entitiesOfSpan, into);
  }
}

/**
 * Correlations over the matches stored so far; call it when those of the range are stored. A correlation that cannot be
 * computed is noted with its error, and the others go on; what cannot be stored ends the range.
 */
export async function findCorrelations(context: FindingsContext, evaluation: RangeEvaluation, into: RangeFindings) {
  const raising = context.set.correlations.filter((rule) => rule.raisesFindings && isFree(context, rule, into));
  const touched: CorrelationGroup[] = [];
  for (const rule of raising) touched.push(...(await touchedBy(context, evaluation, rule, into)));
  for (const groups of slices(touched, correlationGroupsPerStep)) {
    const found = await recomputeStep(context, groups, into);
    const entities = new Map<Change<Episode>, EpisodeEntities>();
    for (const changes of slices(found.flatMap((of) => of.changes), changesPerLookup)) {
      for (const [change, of] of await entitiesOfChanges(context.store, changes)) entities.set(change, of);
    } // prettier-ignore
    await write(context, found, (change) => entities.get(change) ?? noEntities, into);
  }
}

/** False, and noted, for a rule in quarantine. */
function isFree({ quarantine }: FindingsContext, rule: CorrelationRule, into: RangeFindings): boolean {
  const held = quarantine.any ? quarantine.heldAs(rule.meta) : undefined;
  if (held !== undefined) effectOf(into, rule.meta.id).error = notDecided(held.reason);
  return held === undefined;
}

/** The groups that the range's matches change; a rule whose groups cannot be told is noted with its error. */
async function touchedBy(
  context: FindingsContext,
  evaluation: RangeEvaluation,
  rule: CorrelationRule,
  into: RangeFindings
): Promise<CorrelationGroup[]> {
  return guarded(context, into, rule, async () => {
    const touched = touchedByCorrelation(rule, evaluation);
    return rule.spreads ? await spreadByCorrelation(context.store, touched, context.signal) : touched;
  });
}

const noEntities: EpisodeEntities = { lastReceivedMs: 0, hosts: [], users: [], srcIps: [], dstIps: [] };

/** Each rule and run has a query of its own. A store that does not answer ends the range. */
async function recomputeStep(
  context: FindingsContext,
  groups: readonly CorrelationGroup[],
  into: RangeFindings
): Promise<GroupChanges<Episode>[]> {
  const stored = await storedOfCorrelations(context.store, groups, context.nowMs, context.signal);
  const found: GroupChanges<Episode>[] = [];
  for (const of of groupBy(groups, ({ rule, runId }) => `${rule.meta.id} ${runId}`).values()) {
    const rule = of[0]?.rule;
    if (rule === undefined) continue;
    found.push(...(await guarded(context, into, rule, () => recomputeCorrelation(context.store, of, stored, context.signal)))); // prettier-ignore
  }
  return found;
}

/**
 * What strikes one rule is noted with it, and the others go on; a store that does not answer is no fault of the rule. A
 * query that takes long is charged to its rule, one that fails as if it had failed on many rows.
 */
async function guarded<T>(
  { quarantine }: FindingsContext,
  into: RangeFindings,
  { meta }: CorrelationRule,
  work: () => Promise<T[]>
): Promise<T[]> {
  const began = performance.now();
  try {
    return await work();
  } catch (error) {
    const code = error instanceof ServiceError ? error.code : 'store.query_failed';
    // The range is read again; a rule whose query times out once more is held then, so that the range comes to its end.
    if (code === 'store.timeout') quarantine.failed(meta, messageOf(error), rowsOfTimeout);
    if (code !== 'store.query_failed') throw error;
    effectOf(into, meta.id).error = messageOf(error);
    quarantine.failed(meta, messageOf(error), rowsOfFailedQuery);
    return [];
  } finally {
    const ms = performance.now() - began;
    if (ms > slowQueryMs) quarantine.spent(meta, ms / queryShare);
  }
}

function effectOf(into: RangeFindings, ruleId: string): RuleEffect {
  const known = into.effects.get(ruleId) ?? { findings: 0, folded: 0, error: '' };
  into.effects.set(ruleId, known);
  return known;
}

/** One insert for a step: a crash leaves all of it or nothing. */
async function write<E extends Episode>(
  context: FindingsContext,
  groups: readonly GroupChanges<E>[],
  entitiesOf: (change: Change<E>) => EpisodeEntities,
  into: RangeFindings
): Promise<void> {
  const changes = groups.flatMap((of) => of.changes);
  const revised = changes.flatMap((change) =>
    revisionOrError(context, change, entitiesOf(change), into).map((revision) => ({
      revision,
      folded: foldedBy(change),
    }))
  );
  const revisions = revised.map(({ revision }) => revision);
  const supersessions = supersessionsOf(groups);
  if (revisions.length === 0 && supersessions.length === 0) return;
  const content = revisions.map((revision) => ({ ...revision, createdMs: 0, updatedMs: 0 }));
  await insertRevisions(context.store, revisions, supersessions, {
    dedupToken: `${context.origin}|${shortHash([content, supersessions])}`,
    atMs: context.nowMs,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  for (const { revision, folded } of revised) {
    const effect = effectOf(into, revision.rule_id);
    effect.findings += 1;
    effect.folded += folded;
    into.hints.push({ findingId: revision.finding_id, revision: revision.revision });
  }
  for (const gone of supersessions) into.hints.push({ findingId: gone.finding_id, revision: gone.revision + 1 });
}

/** Matches that a finding counts beyond its evidence, less those it did before: the sum over all ranges is what is folded. */
function foldedBy({ episode, kept, joined }: Change<Episode>): number {
  const beyond = ({ count }: { readonly count: number }): number => Math.max(0, count - evidenceMax);
  const before = [...(kept === undefined ? [] : [kept]), ...joined].reduce((sum, row) => sum + beyond(row), 0);
  return Math.max(0, beyond(episode) - before);
}

/** A rule whose query cannot be made does not take the others' findings with it. */
function revisionOrError(
  context: FindingsContext,
  change: Change<Episode>,
  entities: EpisodeEntities,
  into: RangeFindings
): FindingRevision[] {
  try {
    return [revisionOf(change, entities, context)];
  } catch (error) {
    effectOf(into, change.touched.rule.meta.id).error = messageOf(error);
    return [];
  }
}
