import { foldAscii } from '../evaluate/fold.ts';
import type { Expression } from './ast.ts';
import type { IssueList } from './issue.ts';
import type { ItemHead } from './item-value.ts';
import { escapesWildcard, plainTextOf, shapeOf } from './sigma-string.ts';
import type { YamlScalar } from './yaml-node.ts';

/** Warns of a value that probably does not say what its author meant. */
export function warnOfValue(scalar: YamlScalar, head: ItemHead, issues: IssueList): void {
  if (head.modifiers.includes('re')) {
    if (/^\.\*.|[^\\]\.\*$/.test(scalar.text)) {
      const message = 'a regular expression is searched for anywhere: leave out .* at its start or end';
      issues.warn('sigma.warn.regex_open', scalar.at, message);
    }
  } else if (scalar.type === 'text' && escapesWildcard(scalar.text)) {
    const message = `"${scalar.text}" holds a literal wildcard: write \\\\* for a backslash and then anything`;
    issues.warn('sigma.warn.escaped_wildcard', scalar.at, message);
  }
}

function warnOfDuplicates(head: ItemHead, scalars: readonly YamlScalar[], issues: IssueList): void {
  const exact = head.modifiers.some((name) => ['cased', 're', 'base64', 'base64offset'].includes(name));
  const seen = new Map<string, YamlScalar>();
  for (const scalar of scalars) {
    const key = `${scalar.type === 'null'} ${exact ? scalar.text : foldAscii(scalar.text)}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, scalar);
    else {
      const message = `"${scalar.text}" stands in line ${first.at.line} already: leave one out`;
      issues.warn('sigma.warn.value_duplicate', scalar.at, message);
    }
  }
}

/** Whether the leaf holds for every value that there is. */
const isAnything = (leaf: Expression): boolean => leaf.kind === 'text' && shapeOf(leaf.pattern).shape === 'any';

function warnOfAlternatives(scalars: readonly YamlScalar[], leaves: readonly Expression[], issues: IssueList): void {
  for (const [index, scalar] of scalars.entries()) {
    const leaf = leaves[index];
    if (leaf === undefined || !isAnything(leaf)) continue;
    issues.warn('sigma.warn.value_any', scalar.at, 'this holds for any value, so the others say nothing: leave it out');
  }
}

/** `all` over several whole values: no value is two texts at once. */
function warnOfAll(head: ItemHead, leaves: readonly Expression[], issues: IssueList): void {
  const texts = leaves.map((leaf) => (leaf.kind === 'text' ? plainTextOf(leaf.pattern) : undefined));
  const whole = new Set(texts.filter((text) => text !== undefined).map(foldAscii));
  if (whole.size < 2) return;
  issues.warn('sigma.warn.never', head.at, 'no value equals two texts at once: write |contains|all, or leave all out');
}

/** Warns of what the values of one item say together. `leaves` stand in the order of `scalars`, one for each. */
export function warnOfItem(
  head: ItemHead,
  scalars: readonly YamlScalar[],
  leaves: readonly Expression[],
  issues: IssueList
): void {
  const all = head.modifiers.includes('all');
  if (scalars.length === 1) {
    if (all) issues.warn('sigma.warn.all_single', head.at, 'all over one value says nothing: leave all out');
    return;
  }
  warnOfDuplicates(head, scalars, issues);
  if (all) warnOfAll(head, leaves, issues);
  else warnOfAlternatives(scalars, leaves, issues);
}
