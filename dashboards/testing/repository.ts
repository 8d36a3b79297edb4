import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';

/** The repository's root, absolute. */
export const repository = path.resolve(import.meta.dirname, '..', '..');

/** Text of a file of the repository. Throws when it is not there. */
export function textOf(file: string): string {
  return readFileSync(path.join(repository, file), 'utf8');
}

/** A YAML or JSON file of the repository, parsed by `schema`. */
export function read<S extends z.ZodType>(file: string, schema: S): z.output<S> {
  const text = textOf(file);
  return schema.parse(file.endsWith('.json') ? JSON.parse(text) : parse(text));
}
