import type { z } from 'zod';
import type { Issue } from '@loglake/contract/problem';
import type { ruleDetail, RuleSummary } from '@loglake/contract/rule';
import { ServiceError } from '../error.ts';
import type { DetectionRule, Logsource } from './rule.ts';

/** What the rules directory gave: rules that run, and what is wrong with the rest. */
export interface LoadedRules {
  readonly rules: readonly DetectionRule[];
  /** `path` names the file, relative to the rules directory. */
  readonly issues: readonly Issue[];
  /** What an author probably did not mean; `path` as above. */
  readonly warnings: readonly Issue[];
}

/** What a rule has done so far. */
export interface RuleRecord {
  readonly count: string;
  readonly lastMatchAt: string;
}

const anySource: Logsource = { product: '', category: '', service: '' };

function summary(rule: DetectionRule, record: RuleRecord | undefined, loaded: LoadedRules): RuleSummary {
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
    issues: loaded.issues.filter(here),
    warnings: loaded.warnings.filter(here),
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
    issues: loaded.issues.filter((issue) => issue.path === path),
    warnings: loaded.warnings.filter((warning) => warning.path === path),
    filters: [],
    lastMatchAt: null,
    findings: '0',
  };
}

/** Rules by title, then the files that could not be loaded. */
export function listRules(loaded: LoadedRules, records: ReadonlyMap<string, RuleRecord>): RuleSummary[] {
  const running = new Set(loaded.rules.map((rule) => rule.meta.path));
  const failed = [...new Set(loaded.issues.map((issue) => issue.path))].filter((path) => !running.has(path)).sort();
  const rules = loaded.rules.map((rule) => summary(rule, records.get(rule.meta.id), loaded));
  return [...rules.sort((a, b) => a.title.localeCompare(b.title)), ...failed.map((path) => broken(path, loaded))];
}

/** One rule with its text. Throws rule.not_found. */
export function getRule(
  loaded: LoadedRules,
  records: ReadonlyMap<string, RuleRecord>,
  ruleId: string
): z.output<typeof ruleDetail> {
  const rule = loaded.rules.find((candidate) => candidate.meta.id === ruleId);
  if (rule === undefined) throw new ServiceError('rule.not_found', `There is no rule ${ruleId}.`);
  return { ...summary(rule, records.get(ruleId), loaded), source: rule.meta.source };
}
