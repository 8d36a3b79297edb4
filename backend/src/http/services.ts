import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { Backfill } from '@loglake/contract/backfill';
import type * as finding from '@loglake/contract/finding';
import type * as rule from '@loglake/contract/rule';
import type * as scenario from '@loglake/contract/scenario';
import type * as source from '@loglake/contract/source';
import type { Actor } from './actor.ts';
import type { HintHub } from './hint-hub.ts';

type Page<T> = Promise<{ items: T[]; nextCursor: string | null }>;

/** All that the routes need of the stages; main.ts wires it. */
export interface Services {
  health(): Promise<source.Health>;
  ledger(): source.LedgerStatus;
  config(): z.output<typeof source.effectiveConfig>;
  metrics(): Promise<{ contentType: string; text: string }>;
  hints: HintHub;
  ingest(
    request: IncomingMessage,
    context: { role: 'ingest' | 'scenario'; sender: string; signal: AbortSignal }
  ): Promise<{ accepted: number }>;
  findings: {
    list(query: z.output<typeof finding.findingQuery>): Page<finding.Finding>;
    summary(filter: z.output<typeof finding.findingFilter>): Promise<z.output<typeof finding.findingSummary>>;
    timeline(query: z.output<typeof finding.timelineQuery>): Promise<z.output<typeof finding.timeline>>;
    detail(findingId: string): Promise<finding.FindingDetail>;
    history(findingId: string): Promise<z.output<typeof finding.findingHistory>>;
    act(request: finding.TriageRequest, actor: Actor): Promise<finding.TriageOutcome[]>;
  };
  rules: {
    list(): Promise<rule.RuleSummary[]>;
    get(ruleId: string): Promise<z.output<typeof rule.ruleDetail>>;
    control(ruleId: string, control: rule.RuleControl, actor: Actor): Promise<rule.RuleSummary>;
    runs(query: z.output<typeof rule.ruleRunQuery>): Page<z.output<typeof rule.ruleRun>>;
  };
  backfills: {
    list(): Promise<Backfill[]>;
    ask(ruleId: string, sinceMs: number, actor: Actor): Promise<Backfill>;
    cancel(backfillId: string, actor: Actor): Promise<Backfill>;
  };
  sources: {
    list(): Promise<z.output<typeof source.sourceSummary>[]>;
    unmatched(query: z.output<typeof source.unmatchedQuery>): Page<z.output<typeof source.unmatchedGroup>>;
  };
  scenarios: {
    list(): scenario.ScenarioSummary[] | Promise<scenario.ScenarioSummary[]>;
    start(
      scenarioId: string,
      request: z.output<typeof scenario.scenarioRunRequest>,
      actor: Actor
    ): Promise<scenario.ScenarioRun>;
    runs(query: z.output<typeof scenario.scenarioRunQuery>): Page<scenario.ScenarioRun>;
    run(runId: string): Promise<scenario.ScenarioRun>;
    control(
      runId: string,
      control: z.output<typeof scenario.scenarioRunControl>,
      actor: Actor
    ): Promise<scenario.ScenarioRun>;
    remove(runId: string, actor: Actor): Promise<z.output<typeof scenario.scenarioRunRemoval>>;
  };
}
