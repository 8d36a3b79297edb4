/** One wrong change of the code under proof. */
export interface Mutant {
  readonly name: string;
  /** Below backend/src/detect. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly text: string;
  readonly replacement: string;
}

/** Mutants of one file. */
export function mutantsOf(
  file: string,
  changes: readonly (readonly [name: string, text: string, replacement: string])[]
): Mutant[] {
  return changes.map(([name, text, replacement]) => ({ name, file, text, replacement }));
}
