import { evaluatorMutants } from './evaluator-mutants.ts';
import type { Mutant } from './mutant.ts';
import { parserMutants } from './parser-mutants.ts';
import { sqlMutants } from './sql-mutants.ts';

export const allMutants: readonly Mutant[] = [...evaluatorMutants, ...sqlMutants, ...parserMutants];

/** Says so when the mutant's text does not stand in its file exactly once; `textOf` reads a file below src/detect. */
export function staleness({ file, name, text }: Mutant, textOf: (file: string) => string): string[] {
  const found = textOf(file).split(text).length - 1;
  return found === 1 ? [] : [`${file}: "${name}" finds its text ${found} times`];
}
