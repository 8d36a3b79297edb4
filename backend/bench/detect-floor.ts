import { z } from 'zod';
import { sqlLiteral } from '../sigma/literal-sql.ts';
import { anchorsOf, anyText } from '../src/detect/prefilter/anchor.ts';
import { placesIn } from '../src/detect/run/rule-columns.ts';
import type { SingleRule } from '../src/detect/rule.ts';
import type { Expression } from '../src/detect/parse/ast.ts';
import type { Store } from '../src/store/store.ts';

const literalsMax = 10_000;

/** Texts that the rules look for, folded, each once. */
function literalsOf(rules: readonly SingleRule[]): string[] {
  const texts = new Set<string>();
  const collect = (node: Expression): void => {
    if (node.kind === 'and' || node.kind === 'or') node.items.forEach(collect);
    else if (node.kind === 'not') collect(node.item);
    else for (const { text } of anchorsOf(node, () => 1)?.anchors ?? []) if (text.length >= 4) texts.add(text);
  };
  for (const rule of rules) collect(rule.expression);
  return [...texts].slice(0, literalsMax);
}

const escaped = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}\0-\x1f]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`); // prettier-ignore

/** The floor: one vectorscan set of the rules' literals over all their fields, and nothing made of it. Gives hits. */
export async function vectorscanFloor(store: Store, rules: readonly SingleRule[]): Promise<number> {
  const places = [...new Set(rules.flatMap((rule) => [...placesIn(rule.expression)]))].filter((place) => place !== anyText).sort(); // prettier-ignore
  const fields = places.map((place) => {
    const key = /^fields\[(.*)\]$/s.exec(place)?.[1];
    return `ifNull(${key === undefined ? place : `fields[${sqlLiteral(key)}]`}, '')`;
  });
  const needles = literalsOf(rules).map((text) => sqlLiteral(escaped(text)));
  const haystack = `lower(concat(${fields.map((field) => `'\\x01', ${field}`).join(', ')}))`;
  const sql = `SELECT sum(length(multiMatchAllIndices(${haystack}, [${needles.join(',')}]))) AS n FROM event SETTINGS use_query_condition_cache = 0`;
  const limits = { timeoutMs: 600_000, rowsMax: 10 };
  const rows = await store.compiled('bench.floor', { sql, params: {} }, z.object({ n: z.coerce.number() }), limits);
  return rows[0]?.n ?? 0;
}
