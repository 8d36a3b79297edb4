import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type {
  Activity,
  Finding,
  FindingDetail,
  FindingHint,
  TriageAction,
  TriageOutcome,
  TriageRequest,
  findingHistory,
} from '@loglake/contract/finding';
import { ServiceError } from '../error.ts';
import { sealActivity, verifyChain } from '../findings/chain.ts';
import { applyAction } from '../findings/state-machine.ts';
import { evidenceEvents, findingProof } from '../store/evidence.ts';
import { activityHistory, appendActivities, newestActivities } from '../store/finding-activity.ts';
import { findingsByIds, openFindingsOfGroup } from '../store/security-finding-current.ts';
import type { Store } from '../store/store.ts';
import { explain } from './explain.ts';

/** What a finding's page says of its rule; null when the rule is not loaded any more. */
export interface RuleFacts {
  readonly kind: 'single' | 'correlation';
  readonly hash: string;
  readonly title: string;
  readonly description: string;
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
  readonly source: string;
}

export interface TriageDeps {
  store: Store;
  /** The store as the one writer of triage has it. Throws service.standby while another process is the writer. */
  writer: () => Promise<Store>;
  ruleFacts: (ruleId: string) => RuleFacts | null;
  /** Milliseconds since 1970. */
  now: () => number;
  onChange: (hint: FindingHint) => void;
}

export interface Triage {
  detail(findingId: string): Promise<FindingDetail>;
  history(findingId: string): Promise<z.output<typeof findingHistory>>;
  /** One outcome per finding, in the order asked. Never overwrites: a changed version is a conflict. */
  act(request: TriageRequest, actor: { name: string }): Promise<TriageOutcome[]>;
}

/** Evidence rows shown at once. */
const eventsShown = 100;

type Target = { findingId: string; version: number };
type Decision = { kind: 'append'; activity: Activity } | { kind: 'answer'; outcome: TriageOutcome };

function refused(findingId: string, code: string, message: string): Decision {
  return { kind: 'answer', outcome: { outcome: 'refused', findingId, code, message } };
}

interface Known {
  finding: Finding | undefined;
  newest: Activity | undefined;
}

function decide(target: Target, known: Known, action: TriageAction, actor: string, at: string): Decision {
  const { finding, newest } = known;
  if (finding === undefined) {
    return refused(target.findingId, 'finding.not_found', `There is no finding ${target.findingId}.`);
  }
  // A comment overwrites nothing, so it may follow whatever came in between.
  if (action.kind !== 'comment' && finding.version !== target.version) {
    return { kind: 'answer', outcome: { outcome: 'conflict', findingId: finding.findingId, finding } };
  }
  const step = applyAction(finding, action);
  if (step.outcome === 'refused') return refused(finding.findingId, step.code, step.message);
  const activity = sealActivity(newest, {
    findingId: finding.findingId,
    at,
    actor,
    kind: action.kind,
    ...step.next,
    comment: action.comment ?? '',
  });
  return { kind: 'append', activity };
}

/** Runs work one after the other: findings and triage have one writer (design, section 7). */
function createLock(): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work, work);
    tail = result.catch(() => undefined);
    return result;
  };
}

async function targetsOf(store: Store, request: TriageRequest): Promise<Target[]> {
  const { target } = request;
  if (!('findings' in target)) {
    return openFindingsOfGroup(store, target.ruleId, target.groupKey, target.runId);
  }
  const unique = new Map(target.findings.map((one) => [one.findingId, one]));
  return [...unique.values()];
}

async function actOnTargets(deps: TriageDeps, request: TriageRequest, actor: string): Promise<TriageOutcome[]> {
  // First: what a writer before this one stored must be there before it is read.
  const store = await deps.writer();
  const targets = await targetsOf(store, request);
  const ids = targets.map((target) => target.findingId);
  const findings = await findingsByIds(store, ids);
  const newest = await newestActivities(store, ids);
  const at = new Date(deps.now()).toISOString();
  const decisions = targets.map((target) =>
    decide(
      target,
      { finding: findings.get(target.findingId), newest: newest.get(target.findingId) },
      request.action,
      actor,
      at
    )
  );
  const activities = decisions.flatMap((decision) => (decision.kind === 'append' ? [decision.activity] : []));
  if (activities.length === 0)
    return decisions.flatMap((decision) => (decision.kind === 'answer' ? [decision.outcome] : []));
  await appendActivities(store, activities, randomUUID());
  const after = await findingsByIds(
    store,
    activities.map((activity) => activity.findingId)
  );
  for (const finding of after.values()) {
    deps.onChange({ findingId: finding.findingId, revision: finding.revision });
  }
  return decisions.map((decision) => {
    if (decision.kind === 'answer') return decision.outcome;
    const finding = after.get(decision.activity.findingId);
    if (finding === undefined) throw new ServiceError('service.internal', 'A finding vanished while it was changed.');
    return { outcome: 'done', findingId: finding.findingId, finding };
  });
}

async function requireFinding(store: Store, findingId: string): Promise<Finding> {
  const finding = (await findingsByIds(store, [findingId])).get(findingId);
  if (finding === undefined) throw new ServiceError('finding.not_found', `There is no finding ${findingId}.`);
  return finding;
}

function ruleOf(finding: Finding, facts: RuleFacts | null): FindingDetail['rule'] {
  return {
    id: finding.ruleId,
    title: facts?.title ?? finding.title,
    description: facts?.description ?? '',
    falsePositives: [...(facts?.falsePositives ?? [])],
    references: [...(facts?.references ?? [])],
    source: facts !== null && facts.hash === finding.ruleHash ? facts.source : null,
  };
}

/** Reads findings with their proof and history, and changes their state through one writer. */
export function createTriage(deps: TriageDeps): Triage {
  const locked = createLock();
  return {
    async detail(findingId) {
      const finding = await requireFinding(deps.store, findingId);
      const proof = await findingProof(deps.store, findingId);
      if (proof === undefined) throw new ServiceError('finding.not_found', `There is no finding ${findingId}.`);
      const facts = deps.ruleFacts(finding.ruleId);
      return {
        finding,
        rule: ruleOf(finding, facts),
        explanation: explain(finding, facts?.kind ?? null),
        query: { sql: proof.sql, params: proof.params },
        events: await evidenceEvents(deps.store, proof.eventIds.slice(0, eventsShown)),
        eventsTotal: String(Math.max(proof.eventIds.length, facts?.kind === 'correlation' ? 0 : Number(proof.count))),
      };
    },
    async history(findingId) {
      await requireFinding(deps.store, findingId);
      const activities = await activityHistory(deps.store, findingId);
      return { activities, chainIntact: verifyChain(activities) };
    },
    act: (request, actor) => locked(() => actOnTargets(deps, request, actor.name)),
  };
}
