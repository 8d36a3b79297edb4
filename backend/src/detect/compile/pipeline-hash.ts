import { createHash } from 'node:crypto';
import { fieldsOf } from '../pipeline/field-manifest.ts';
import { placeName, planOf, type Pipeline } from '../pipeline/pipeline.ts';
import type { ParsedRule } from '../parse/rule-node.ts';

/**
 * The rule with what the pipeline makes of it in its hash: the log sources that it reads, the places of its fields and
 * added conditions. So a changed pipeline is a changed rule to the ledger, as a changed text is. A rule that the
 * pipeline leaves as it is keeps the hash of its text.
 */
export function withPipeline(rule: ParsedRule, pipeline: Pipeline): ParsedRule {
  if (rule.kind !== 'single') return rule;
  const plan = planOf(pipeline, rule.logsource);
  const plain = planOf({ transformations: [] }, rule.logsource);
  const names = [...new Set([...fieldsOf(rule.expression), ...rule.groupBy])];
  const placesOf = ({ places }: typeof plan): string[][] => names.map((name) => places(name).map(placeName));
  const made = JSON.stringify([plan.routes, placesOf(plan), plan.conditions.map(({ expression }) => expression)]);
  if (made === JSON.stringify([plain.routes, placesOf(plain), []])) return rule;
  const hash = createHash('sha256').update(`${rule.meta.hash}\n${made}`).digest('hex');
  return { ...rule, meta: { ...rule.meta, hash } };
}
