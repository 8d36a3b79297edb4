/**
 * The statements of a SQL text, without the semicolons between them and without empty ones. Semicolons in quotes
 * (`'`, `"`, backtick, with backslash or doubled quotes) and comments (`--` to the end of the line, `/* *\/`) part nothing.
 * Comments stay in the statement they stand in.
 */
export function splitStatements(text: string): readonly string[] {
  const statements: string[] = [];
  let start = 0;
  let meaningful = false;
  let at = 0;
  while (at < text.length) {
    const end = skipQuoteOrComment(text, at);
    if (end > at) {
      meaningful ||= !isComment(text, at);
      at = end;
      continue;
    }
    if (text[at] === ';') {
      if (meaningful) statements.push(text.slice(start, at).trim());
      start = at + 1;
      meaningful = false;
    } else if (/\S/.test(text[at] ?? '')) meaningful = true;
    at += 1;
  }
  if (meaningful) statements.push(text.slice(start).trim());
  return statements;
}

function isComment(text: string, at: number): boolean {
  return text.startsWith('--', at) || text.startsWith('/*', at);
}

/** Where what begins at `at` ends: a quoted text, a comment, or `at` itself for neither. */
function skipQuoteOrComment(text: string, at: number): number {
  if (text.startsWith('--', at)) return endOf(text, '\n', at);
  if (text.startsWith('/*', at)) return endOf(text, '*/', at + 2);
  const quote = text[at];
  if (quote !== "'" && quote !== '"' && quote !== '`') return at;
  for (let index = at + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === quote) return index + 1;
  }
  return text.length;
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + mark.length;
}
