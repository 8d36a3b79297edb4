import { readFileSync } from 'node:fs';
import type { ParserName } from '../compose.ts';

/** An event of the judge: columns as text or null, `fields` apart. */
export interface JudgedEvent {
  readonly parser: string;
  readonly columns: Readonly<Record<string, string | null>>;
  readonly fields: Readonly<Record<string, string | null>>;
}

/** One thing that an oracle says about a line, in our terms. */
export interface Expectation {
  /** The oracle's own name of it. */
  readonly name: string;
  readonly expected: string;
  /** What the event says in its place; null when it says nothing. */
  readonly actual: (event: JudgedEvent) => string | null;
}

/** A line of a corpus and what its oracle says. */
export interface CorpusCase {
  readonly corpus: string;
  /** File and line, from 0. */
  readonly origin: string;
  readonly line: string;
  /** What is known beside the line. */
  readonly envelope: { readonly program?: string };
  /** The parser that must claim it; `none` when none may; null when the corpus does not say. */
  readonly claim: ParserName | 'none' | null;
  readonly expectations: readonly Expectation[];
}

/** Expects a column of event to have the oracle's value. */
export function column(name: string, expected: string, of: string): Expectation {
  return { name, expected, actual: (event) => event.columns[of] ?? null };
}

/** Expects a key of `fields` to have the oracle's value. */
export function field(name: string, expected: string, of: string): Expectation {
  return { name, expected, actual: (event) => event.fields[of] ?? null };
}

/** Expects a column to be one of ours that mean the oracle's word. */
export function oneOf(name: string, expected: string, of: string, ours: readonly string[]): Expectation {
  return {
    name,
    expected,
    actual: (event) => (ours.includes(event.columns[of] ?? '') ? expected : (event.columns[of] ?? null)),
  };
}

/** Expects something computed from the event. */
export function derived(name: string, expected: string, actual: Expectation['actual']): Expectation {
  return { name, expected, actual };
}

/** The lines of a log that are not empty. */
export function logLines(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
