import { refusal } from './exception.ts';

/** An INSERT whose rows come as bytes after the statement. */
export interface InsertStatement {
  table: string;
  columns: readonly string[] | null;
  format: InsertFormat;
}

/** Formats that the binding takes as bytes, by every name that clients use for them. */
const insertFormats = {
  JSONEachRow: 'JSONEachRow',
  JSONCompactEachRow: 'JSONCompactEachRow',
  TabSeparated: 'TabSeparated',
  TSV: 'TabSeparated',
  TabSeparatedWithNames: 'TabSeparatedWithNames',
  TSVWithNames: 'TabSeparatedWithNames',
  CSV: 'CSV',
  CSVWithNames: 'CSVWithNames',
} as const;
export type InsertFormat = (typeof insertFormats)[keyof typeof insertFormats];

const name = '(?:[A-Za-z_]\\w*|`[A-Za-z_]\\w*`|"[A-Za-z_]\\w*")';
const insertHead = new RegExp(
  `^\\s*INSERT\\s+INTO\\s+(?:TABLE\\s+)?(${name}(?:\\.${name})?)\\s*(?:\\(([^()]*)\\))?\\s*FORMAT\\s+(\\w+)[ \\t]*\\r?\\n?`,
  'i'
);

/**
 * Reads `INSERT INTO [db.]table [(columns)] FORMAT Name` at the start of a text; `data` are the bytes behind it.
 * Null when the text is another statement. Throws code 36 for a format that cannot be taken.
 */
export function parseInsert(text: Buffer): { insert: InsertStatement; data: Buffer } | null {
  // Byte for byte, so that positions hold; names are ASCII.
  const match = insertHead.exec(text.subarray(0, 65_536).toString('latin1'));
  if (match === null) return null;
  const [head, table, columns, formatName] = match;
  const format = Object.entries(insertFormats).find(
    ([known]) => known.toLowerCase() === formatName?.toLowerCase()
  )?.[1];
  if (format === undefined || table === undefined) {
    const known = Object.keys(insertFormats).join(', ');
    throw refusal(36, `Format ${formatName ?? ''} cannot be inserted here; take one of ${known}`);
  }
  return {
    insert: { table: unquote(table), columns: columns === undefined ? null : columnList(columns), format },
    data: text.subarray(head.length),
  };
}

/** Statement text must be UTF-8: what is not would be stored as something else. Throws code 36. */
export function statementText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw refusal(36, `The statement is not UTF-8: ${String(error)}`);
  }
}

function unquote(text: string): string {
  return text.replace(/[`"]/g, '');
}

function columnList(text: string): readonly string[] {
  return text.split(',').map((part) => {
    const column = unquote(part.trim());
    if (!/^[A-Za-z_]\w*$/.test(column)) throw refusal(36, `${JSON.stringify(part.trim())} is no column name`);
    return column;
  });
}

/** Formats that stay right when the result is written piece by piece: no head, no foot. */
const streamable = new Set(
  ['JSONEachRow', 'JSONLines', 'NDJSON', 'JSONCompactEachRow', 'TabSeparated', 'TSV', 'TabSeparatedRaw', 'TSVRaw']
    .concat(['CSV', 'RowBinary', 'Native'])
    .map((format) => format.toLowerCase())
);

/** The FORMAT at the end of a statement, else `fallback`; whether results may be sent as they come. */
export function outputFormat(text: string, fallback: string): { format: string; streams: boolean } {
  const atEnd = /\bFORMAT\s+(\w+)\s*;?\s*$/i.exec(text)?.[1];
  if (atEnd !== undefined) return { format: atEnd, streams: streamable.has(atEnd.toLowerCase()) };
  // A FORMAT further inside (before SETTINGS, or in a string): taken whole, which is always right.
  const inside = /\bFORMAT\s+\w+/i.test(text);
  return { format: fallback, streams: !inside && streamable.has(fallback.toLowerCase()) };
}

/**
 * Refuses a second statement behind `INSERT ... VALUES (...)`, the one place where the engine's own parser does not:
 * it takes what follows as data, and the binding then runs it. Behind VALUES (or FORMAT), every `;` outside quotes must
 * be the last character, in comments too. Throws code 62.
 */
export function refuseSecondStatement(text: string): void {
  let inData = false;
  let at = 0;
  while (at < text.length) {
    const next = skip(text, at, !inData);
    if (next > at) {
      at = next;
    } else if (text[at] === ';' && inData && text.slice(at + 1).trim() !== '') {
      throw refusal(62, 'Syntax error (Multi-statements are not allowed)');
    } else {
      const word = /\w+/y;
      word.lastIndex = at;
      const found = word.exec(text)?.[0] ?? '';
      inData ||= /^(VALUES|FORMAT)$/i.test(found);
      at += Math.max(1, found.length);
    }
  }
}

/** Where a quoted text or, with `comments`, a comment that begins at `at` ends; `at` itself for anything else. */
function skip(text: string, at: number, comments: boolean): number {
  if (comments && text.startsWith('--', at)) return after(text, '\n', at);
  if (comments && text.startsWith('/*', at)) return after(text, '*/', at + 2);
  const quote = text[at] ?? '';
  if (!['"', "'", '`'].includes(quote)) return at;
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\') end += 1;
    else if (text[end] === quote) return end + 1;
  }
  return text.length;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + mark.length;
}
