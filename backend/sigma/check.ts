import type { Issue } from '@loglake/contract/problem';
import { coverageOf, type FieldManifest } from '../src/detect/pipeline/field-manifest.ts';
import { planOf } from '../src/detect/pipeline/pipeline.ts';
import type { Logsource } from '../src/detect/rule.ts';
import type { RuleSource } from './rule-source.ts';

/** A rule some of whose fields no parser of ours fills. */
export interface FieldGap {
  readonly path: string;
  readonly id: string;
  readonly title: string;
  /** Parsers that make events of its log source; none: the rule cannot fire on what we parse today. */
  readonly parsers: readonly string[];
  /** Fields that no parser fills. */
  readonly unfilled: readonly string[];
  /** Fields that may arrive under their own name, but that we do not know: misspelt perhaps. */
  readonly unlisted: readonly string[];
}

/** Rules of one log source. */
export interface LogsourceRow {
  /** `product/category/service`, `-` for a part that is not given. */
  readonly logsource: string;
  readonly compiled: number;
  /** Rules whose events some parser makes. */
  readonly served: number;
  /** Of those, rules each of whose fields is filled. */
  readonly filled: number;
}

/** What `sigma check --json` prints. */
export interface CheckReport {
  /** Rules and correlations found, refused ones too. */
  readonly rules: number;
  readonly compiled: number;
  readonly filters: number;
  readonly refused: readonly Issue[];
  readonly warnings: readonly Issue[];
  readonly gaps: readonly FieldGap[];
  readonly logsources: readonly LogsourceRow[];
}

/** `product/category/service`, `-` for a part that is not given. */
export const logsourceName = ({ product, category, service }: Logsource): string =>
  [product, category, service].map((part) => (part === '' ? '-' : part)).join('/');

function gapsOf({ parsed, own, pipeline }: RuleSource, manifest: FieldManifest): (FieldGap & { logsource: string })[] {
  const running = new Set(own.map((rule) => rule.meta.id));
  return parsed.flatMap((rule) => {
    if (rule.kind !== 'single' || !running.has(rule.meta.id)) return [];
    const { id, title, path } = rule.meta;
    const coverage = coverageOf(manifest, planOf(pipeline, rule.logsource), rule);
    return [{ path, id, title, logsource: logsourceName(rule.logsource), ...coverage }];
  });
}

function rowsOf(gaps: readonly (FieldGap & { logsource: string })[]): LogsourceRow[] {
  const rows = new Map<string, { compiled: number; served: number; filled: number }>();
  for (const { logsource, parsers, unfilled } of gaps) {
    const row = rows.get(logsource) ?? { compiled: 0, served: 0, filled: 0 };
    rows.set(logsource, row);
    row.compiled += 1;
    if (parsers.length === 0) continue;
    row.served += 1;
    if (unfilled.length === 0) row.filled += 1;
  }
  return [...rows]
    .map(([logsource, row]) => ({ logsource, ...row }))
    .sort((a, b) => b.compiled - a.compiled || (a.logsource < b.logsource ? -1 : 1));
}

/** What compiles, what is refused and why, and which fields no parser fills. */
export function checkRules(source: RuleSource, manifest: FieldManifest): CheckReport {
  const all = gapsOf(source, manifest);
  return {
    rules: source.documents - source.filters.length,
    compiled: source.own.length,
    filters: source.filters.length,
    refused: source.issues,
    warnings: source.warnings,
    gaps: all
      .filter(({ unfilled, unlisted }) => unfilled.length + unlisted.length > 0)
      .map(({ path, id, title, parsers, unfilled, unlisted }) => ({ path, id, title, parsers, unfilled, unlisted })),
    logsources: rowsOf(all),
  };
}
