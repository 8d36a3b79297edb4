import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Logsource } from '../src/detect/rule.ts';
import type { Item } from './oracle/detection.ts';

const text = z.union([z.string(), z.number().transform(String)]);
const file = z.object({
  transformations: z.array(
    z.object({
      type: z.string(),
      conditions: z.record(z.string(), z.union([text.transform((one) => [one]), z.array(text)])).optional(),
      rule_conditions: z.array(z.record(z.string(), z.string())).default([]),
    })
  ),
});

/** Items that a pipeline adds to the rules of a log source. */
export interface Addition {
  /** Parts that the rule's log source must have. */
  readonly logsource: Partial<Logsource>;
  readonly items: readonly Item[];
}

/** `add_condition` of the pipeline files of a folder. Throws for a condition on more than one log source. */
export function readAdditions(folder: string): Addition[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yml'));
  const read = names.map((name) => file.safeParse(parse(readFileSync(path.join(folder, name), 'utf8'))));
  const transformations = read.flatMap((one) => one.data?.transformations ?? []);
  return transformations
    .filter(({ type }) => type === 'add_condition')
    .map(({ conditions = {}, rule_conditions: [when, ...more] }) => {
      if (when === undefined || more.length > 0) throw new Error('add_condition on one log source only is read here');
      const items = Object.entries(conditions).map(([field, values]) => ({ field, modifiers: [], values }));
      return { logsource: when, items };
    });
}

const parts = ['product', 'category', 'service'] as const;

export function addedItems(additions: readonly Addition[], logsource: Logsource): Item[] {
  return additions
    .filter((addition) => parts.every((part) => (addition.logsource[part] ?? logsource[part]) === logsource[part]))
    .flatMap(({ items }) => items);
}
