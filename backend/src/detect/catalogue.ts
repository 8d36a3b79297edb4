import type { z } from 'zod';
import type { Issue } from '@loglake/contract/problem';
import type { ruleDetail, RuleOperation, RuleSummary } from '@loglake/contract/rule';
import { ServiceError } from '../error.ts';
import type { DetectionRule, Logsource } from './rule.ts';

/** What the rules directory gave: rules that run, and what is wrong with the rest. */
export interface LoadedRules {
  readonly rules: readonly DetectionRule[];
  /** `path` names the file, relative to the rules directory. */
  readonly issues: readonly Issue[];
  /** What an author probably did not mean; `path` as above. */
  readonly warnings: readonly Issue[];
  /** Files that are broken now and run as they were when they were last good; none when not given. */
  readonly outdated?: ReadonlySet<string>;
}

/** What a rule has done so far. */
export interface RuleRecord {
  readonly count: string;
  readonly lastMatchAt: string;
}

/** Who stands in the way of a rule; a rule that is not named runs. */
export interface RuleStops {
  /** By rule id. */
  readonly disabled: ReadonlyMap<string, { readonly reason: string; readonly actor: string; readonly atMs: number }>;
  /** The rule as it is now, held back; undefined when it is free. */
  heldAs(rule: { id: string; hash: string }): { readonly reason: string; readonly sinceMs: number } | undefined;
}

const noStops: RuleStops = { disabled: new Map(), heldAs: () => undefined };
const iso = (unixMs: number): string => new Date(unixMs).toISOString();

function operationOf({ meta }: DetectionRule, loaded: LoadedRules, stops: RuleStops): RuleOperation {
  const disabled = stops.disabled.get(meta.id);
  if (disabled !== undefined)
    return { state: 'disabled', reason: disabled.reason, since: iso(disabled.atMs), by: disabled.actor };
  const held = stops.heldAs(meta);
  if (held !== undefined)
    return { state: 'quarantined', reason: `Held back: ${held.reason}.`, since: iso(held.sinceMs), by: 'service' };
  if (loaded.outdated?.has(meta.path) === true)
    return { state: 'outdated', reason: 'The file is broken; its last good version runs.', since: null, by: 'service' };
  return { state: 'running', reason: '', since: null, by: '' };
}

/** A correlation runs on without the rules that are stopped, and finds less than its text says. */
function stoppedBelow(rule: DetectionRule, loaded: LoadedRules, stops: RuleStops): Issue[] {
  if (rule.kind === 'single') return [];
  return rule.references.flatMap((id) => {
    const base = loaded.rules.find(({ meta }) => meta.id === id);
    if (base === undefined) return [];
    const { state } = operationOf(base, loaded, stops);
    if (state !== 'disabled' && state !== 'quarantined') return [];
    const message = `It reads the rule "${base.meta.title}", which is ${state}: no new match of that rule counts.`;
    return [{ code: 'rule.reads_stopped', message, path: rule.meta.path }];
  });
}

const anySource: Logsource = { product: '', category: '', service: '' };

function summary(
  rule: DetectionRule,
  record: RuleRecord | undefined,
  loaded: LoadedRules,
  stops: RuleStops
): RuleSummary {
  const { meta } = rule;
  const here = (issue: Issue): boolean => issue.path === meta.path;
  return {
    id: meta.id,
    kind: rule.kind,
    title: meta.title,
    description: meta.description,
    severity: meta.level,
    status: meta.status,
    tags: [...meta.tags],
    falsePositives: [...meta.falsePositives],
    logsource: rule.kind === 'single' ? rule.logsource : anySource,
    path: meta.path,
    hash: meta.hash,
    operation: operationOf(rule, loaded, stops),
    issues: loaded.issues.filter(here),
    warnings: [...loaded.warnings.filter(here), ...stoppedBelow(rule, loaded, stops)],
    filters: rule.kind === 'single' ? rule.filters.map((filter) => ({ ...filter })) : [],
    lastMatchAt: record?.lastMatchAt ?? null,
    findings: record?.count ?? '0',
  };
}

/** A file of which no rule runs is listed under its path, with what is wrong. */
function broken(path: string, loaded: LoadedRules): RuleSummary {
  return {
    id: path,
    kind: 'single',
    title: path,
    description: '',
    severity: 'informational',
    status: 'not loaded',
    tags: [],
    falsePositives: [],
    logsource: anySource,
    path,
    hash: '',
    operation: { state: 'not_loaded', reason: 'The file could not be read as rules.', since: null, by: 'service' },
    issues: loaded.issues.filter((issue) => issue.path === path),
    warnings: loaded.warnings.filter((warning) => warning.path === path),
    filters: [],
    lastMatchAt: null,
    findings: '0',
  };
}

/** Rules by title, then the files that could not be loaded. */
export function listRules(
  loaded: LoadedRules,
  records: ReadonlyMap<string, RuleRecord>,
  stops: RuleStops = noStops
): RuleSummary[] {
  const running = new Set(loaded.rules.map((rule) => rule.meta.path));
  const failed = [...new Set(loaded.issues.map((issue) => issue.path))].filter((path) => !running.has(path)).sort();
  const rules = loaded.rules.map((rule) => summary(rule, records.get(rule.meta.id), loaded, stops));
  return [...rules.sort((a, b) => a.title.localeCompare(b.title)), ...failed.map((path) => broken(path, loaded))];
}

/** One rule with its text. Throws rule.not_found. */
export function getRule(
  loaded: LoadedRules,
  records: ReadonlyMap<string, RuleRecord>,
  ruleId: string,
  stops: RuleStops = noStops
): z.output<typeof ruleDetail> {
  const rule = loaded.rules.find((candidate) => candidate.meta.id === ruleId);
  if (rule === undefined) throw new ServiceError('rule.not_found', `There is no rule ${ruleId}.`);
  return { ...summary(rule, records.get(ruleId), loaded, stops), source: rule.meta.source };
}
