import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { compileRules } from '../src/detect/compile/compile-rules.ts';
import { loadPipelines, pipelinesDirectory } from '../src/detect/load-pipelines.ts';
import { parseRuleFile } from '../src/detect/parse/rule-file.ts';
import type { Pipeline } from '../src/detect/pipeline/pipeline.ts';
import type { SingleRule } from '../src/detect/rule.ts';
import type { Aim } from './generate/event.ts';
import { readDetection } from './oracle/detection.ts';
import type { Predicate } from './oracle/item.ts';
import type { Placeholders } from './oracle/placeholder.ts';
import { readOracle } from './oracle/oracle.ts';
import { addedItems, readAdditions, type Addition } from './pipeline-additions.ts';

/** A rule as text, with what else bears on it. */
export interface RuleText {
  readonly path: string;
  readonly text: string;
  readonly lists: Placeholders;
  /** Texts of the filters that apply. */
  readonly filters: readonly string[];
}

/** A rule read in both ways: by the oracle from its text, and by the code under proof. */
export interface ProofRule extends RuleText {
  readonly aim: Aim;
  readonly oracle: Predicate;
  readonly single: SingleRule;
}

const head = z.object({
  id: z.string().optional(),
  filter: z.object({ rules: z.union([z.literal('any'), z.array(z.string())]) }).optional(),
});

/** Lists for every placeholder of a rule, made up from its name. */
function listsOf(text: string): Placeholders {
  const names = text.includes('|expand') ? Array.from(text.matchAll(/%([^%\s]+)%/g), ([, name]) => name ?? '') : [];
  return new Map(names.map((name) => [name, [`${name}-1`, `*.${name.toLowerCase()}.example`, 'a\\*?-b/c']]));
}

/** The rules of a folder, sorted by path; the documents of a file that are filters apply to the file's own rules. */
export function readFolder(folder: string): RuleText[] {
  const names = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.yml'));
  return names.sort().flatMap((name) => {
    const documents = readFileSync(path.join(folder, name), 'utf8')
      .split(/^---\s*$/m)
      .filter((text) => text.trim() !== '')
      .map((text) => ({ text, ...head.parse(parseDocument(text).toJS()) }));
    const filters = documents.flatMap(({ text, filter }) => (filter === undefined ? [] : [{ text, ...filter }]));
    return documents
      .filter(({ filter }) => filter === undefined)
      .map(({ text, id = '' }) => ({
        path: `${name}#${id}`,
        text,
        lists: listsOf(text),
        filters: filters.filter(({ rules }) => rules === 'any' || rules.includes(id)).map((filter) => filter.text),
      }));
  });
}

function compiled(rule: RuleText, pipeline: Pipeline): SingleRule {
  const files = [rule.text, ...rule.filters].map((text) => parseRuleFile(text, rule.path, { lists: rule.lists }));
  const documents = files.flatMap((file) => [...file.rules, ...file.filters]);
  const { rules, issues } = compileRules(documents, pipeline);
  const all = [...files.flatMap((file) => file.issues), ...issues];
  const single = rules[0];
  if (all.length > 0 || single?.kind !== 'single') {
    throw new Error(`${rule.path}: ${all.map(({ code, message }) => `${code} ${message}`).join('; ')}`);
  }
  return single;
}

function readBothWays(rule: RuleText, pipeline: Pipeline, additions: readonly Addition[]): ProofRule {
  const single = compiled(rule, pipeline);
  const added = addedItems(additions, single.logsource);
  const filters = rule.filters.map((filter) => readDetection(filter, 'filter'));
  const aim = { detection: readDetection(rule.text), filters, added };
  return { ...rule, aim, oracle: readOracle(rule.text, { ...rule, added }), single };
}

/**
 * Reads rules through the pipelines that come with the service. Throws when either side cannot read
 * one: a rule that is refused proves nothing. */
export async function readProofRules(rules: readonly RuleText[]): Promise<ProofRule[]> {
  const { pipeline, issues } = await loadPipelines();
  if (issues.length > 0) throw new Error(`pipelines: ${JSON.stringify(issues)}`);
  const additions = readAdditions(pipelinesDirectory);
  const refused: string[] = [];
  const read = rules.flatMap((rule) => {
    try {
      return [readBothWays(rule, pipeline, additions)];
    } catch (error) {
      refused.push(error instanceof Error ? error.message : String(error));
      return [];
    }
  });
  if (refused.length > 0) throw new Error(`not readable:\n${refused.join('\n')}`);
  return read;
}
