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
import {
  type Change,
  type Episode,
  type EpisodeEntities,
  type GroupChanges,
  type RevisionContext,
  revisionOf,
  supersessionsOf,
} from './revision.ts';
import { entitiesOfSpan, recomputeSingles, storeContributions, touchedGroups } from './single-findings.ts';

/** A finding that has a new revision. */
export interface RevisionHint {
  readonly findingId: string;
  readonly revision: number;
}

/** What a range did to the findings of one rule. */
export interface RuleEffect {
  /** Revisions written. */
  findings: number;
  /** Matches that its findings count without an evidence id, in the revisions written. */
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
  readonly signal?: AbortSignal;
}

/** Groups recomputed together: bounds what is read and inserted at once. */
const groupsPerStep = 1000;
/** Each step reads all matches of the timespan once, so a flood of groups must not mean many steps. */
const correlationGroupsPerStep = 5000;
/** Changed episodes whose evidence, up to 100 ids each, is looked up together. */
const changesPerLookup = 50;

/** Contributions, episodes and revisions of single-event rules. Idempotent for one range. */
export async function findSingles(context: FindingsContext, evaluation: RangeEvaluation, into: RangeFindings) {
  const raising = [...evaluation.byRule.values()].filter(({ rule }) => rule.raisesFindings);
  for (const groups of slices(raising.flatMap(touchedGroups), groupsPerStep)) {
    await storeContributions(context.store, context.origin, groups, context.signal);
    const found = await recomputeSingles(context.store, groups, context.signal);
    await write(context, found, entitiesOfSpan, into);
  }
}

/**
 * Correlations over the matches stored so far; call it when those of the range are stored. A correlation that cannot be
 * computed is noted with its error, and the others go on; what cannot be stored ends the range.
 */
export async function findCorrelations(context: FindingsContext, evaluation: RangeEvaluation, into: RangeFindings) {
  const raising = context.set.correlations.filter(({ raisesFindings }) => raisesFindings);
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

/** The groups that the range's matches change; a rule whose groups cannot be told is noted with its error. */
async function touchedBy(
  context: FindingsContext,
  evaluation: RangeEvaluation,
  rule: CorrelationRule,
  into: RangeFindings
): Promise<CorrelationGroup[]> {
  return guarded(into, rule.meta.id, async () => {
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
    const ruleId = of[0]?.rule.meta.id ?? '';
    found.push(...(await guarded(into, ruleId, () => recomputeCorrelation(context.store, of, stored, context.signal))));
  }
  return found;
}

/** What strikes one rule is noted with it, and the others go on; a store that does not answer is no fault of the rule. */
async function guarded<T>(into: RangeFindings, ruleId: string, work: () => Promise<T[]>): Promise<T[]> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ServiceError && error.code !== 'store.query_failed') throw error;
    effectOf(into, ruleId).error = messageOf(error);
    return [];
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
  const revisions = changes.flatMap((change) => revisionOrError(context, change, entitiesOf(change), into));
  const supersessions = supersessionsOf(groups);
  if (revisions.length === 0 && supersessions.length === 0) return;
  const content = revisions.map((revision) => ({ ...revision, createdMs: 0, updatedMs: 0 }));
  await insertRevisions(context.store, revisions, supersessions, {
    dedupToken: `${context.origin}|${shortHash([content, supersessions])}`,
    atMs: context.nowMs,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  for (const revision of revisions) {
    const effect = effectOf(into, revision.rule_id);
    effect.findings += 1;
    effect.folded += Math.max(0, revision.count - evidenceMax);
    into.hints.push({ findingId: revision.finding_id, revision: revision.revision });
  }
  for (const gone of supersessions) into.hints.push({ findingId: gone.finding_id, revision: gone.revision + 1 });
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
