import type { LeafFact } from './explain.ts';
import type { MatchResult, SelectionFact } from './match.ts';

/** Longest value that is shown; the rest is counted. */
const shownMax = 200;
/** Most leaves shown of one selection. */
const leavesMax = 5;

/** A value as JSON text, so that no control byte of a log reaches the terminal. */
function shown(value: string | null): string {
  if (value === null) return 'missing';
  const text = JSON.stringify(value.slice(0, shownMax)).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
  return value.length > shownMax ? `${text} and ${value.length - shownMax} characters more` : text;
}

/** Leaves over one field and value together: its value once, then what was asked of it. */
function leafLines(because: readonly LeafFact[]): string[] {
  const byField = new Map<string, { head: string; demands: string[] }>();
  for (const { field, value, demand, holds } of because) {
    const head = field === undefined ? 'no field' : `${field} is ${shown(value)}`;
    const key = `${head} ${holds}`;
    const entry = byField.get(key) ?? { head: `${head}; ${holds ? 'holds' : 'wanted'}`, demands: [] };
    entry.demands.push(demand);
    byField.set(key, entry);
  }
  return [...byField.values()].map(({ head, demands }) => {
    const more = demands.length > leavesMax ? `, and ${demands.length - leavesMax} more` : '';
    return `${head}: ${demands.slice(0, leavesMax).join(', or ')}${more}`;
  });
}

function selectionLines({ name, holds, because }: SelectionFact): string[] {
  return [`    ${name} ${holds ? 'holds' : 'does not hold'}`, ...leafLines(because).map((line) => `      ${line}`)];
}

/** One event's result for a person. */
export function matchText(result: MatchResult): string {
  const head = `line ${result.line}: ${result.matches ? 'MATCH' : 'no match'}  ${result.title}`;
  const why = result.logsource === '' ? result.selections.flatMap(selectionLines) : [`    ${result.logsource}`];
  return [head, ...why].join('\n');
}
