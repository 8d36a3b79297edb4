import { readFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NamedSql, withNamed } from '../src/detect/compile/named-sql.ts';

/** This folder in the source tree: the SQL files are read from there when the code runs from dist, too. */
export function parsersDirectory(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const candidates = [here, path.resolve(here, '../../parsers')];
  const found = candidates.find((candidate) => existsSync(path.join(candidate, 'header', 'steps.sql')));
  if (found === undefined) throw new Error(`no parser SQL in ${candidates.join(' or ')}`);
  return found;
}

/** Text of a SQL file of this folder, `netfilter/claim.sql`, without comments; `-- include FILE` puts that file's text there. */
export function readSql(file: string): string {
  return readFileSync(path.join(parsersDirectory(), file), 'utf8')
    .replaceAll(/^-- include (\S+)$/gm, (_, other: string) => readSql(other))
    .replaceAll(/^--(?! step: | column: ).*\n/gm, '')
    .replaceAll(/^ +-- .*\n/gm, '')
    .trim();
}

/** Puts `values` in place of `{{name}}`, again in what was put in. Throws for a name without value. */
export function fill(text: string, values: Readonly<Record<string, string>>, depth = 0): string {
  if (depth > 10) throw new Error('placeholders without end');
  const filled = text.replaceAll(/\{\{([a-z_]+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {{${name}}}`);
    return value;
  });
  return /\{\{[a-z_]+\}\}/.test(filled) ? fill(filled, values, depth + 1) : filled;
}

/** One named expression over raw_log's columns and the expressions before it. */
export type Step = NamedSql;

/** A SQL file of named expressions: `-- step: _name` for what others need, `-- column: name` for a column of event. */
export interface StepFile {
  readonly steps: readonly Step[];
  readonly columns: readonly Step[];
}

/** Reads a file of named expressions, placeholders filled from `values`. */
export function readSteps(file: string, values: Readonly<Record<string, string>> = {}): StepFile {
  const parts = [...readSql(file).matchAll(/^-- (step|column): (\w+)\n([^]*?)(?=^-- (?:step|column): |$(?![^]))/gm)];
  const of = (kind: string) =>
    parts
      .filter((part) => part[1] === kind)
      .map((part) => ({ name: part[2] ?? '', sql: fill((part[3] ?? '').trim(), values) }));
  return { steps: of('step'), columns: of('column') };
}

/** Whether `sql` names `name` outside of string literals. */
export function mentions(sql: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(sql.replaceAll(/'(?:[^'\\]|\\.)*'/g, "''"));
}

/** `sql` with other expressions in place of names, string literals left alone. */
export function substitute(sql: string, values: ReadonlyMap<string, string>): string {
  return sql.replaceAll(/'(?:[^'\\]|\\.)*'|\b[a-z_]+\b/g, (word) => values.get(word) ?? word);
}

/** The steps that `body` needs, in order; the others are left out. */
function needed(steps: readonly Step[], body: string): Step[] {
  const result: Step[] = [];
  for (const step of steps.toReversed()) {
    if ([body, ...result.map(({ sql }) => sql)].some((sql) => mentions(sql, step.name))) result.unshift(step);
  }
  return result;
}

/** `body` with the steps that it needs bound to their names, each computed once per row. */
export function bind(steps: readonly Step[], body: string): string {
  const levels: Step[][] = [];
  for (const step of needed(steps, body)) {
    const level = levels.at(-1);
    if (level === undefined || level.some(({ name }) => mentions(step.sql, name))) levels.push([step]);
    else level.push(step);
  }
  return levels.reduceRight((inner, level) => withNamed(level, inner), body);
}
