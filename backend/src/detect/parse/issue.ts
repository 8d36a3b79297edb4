import type { Issue } from '@loglake/contract/problem';

/** The one catalogue of what can be wrong with a rule file; docs/reference/sigma.md is tested against it. */
export const sigmaCodes = {
  'sigma.yaml': 'The file is not valid YAML, uses tags, or its aliases are endless or too many',
  'sigma.shape': 'A value is not of the kind that stands here (text, list, map)',
  'sigma.key_missing': 'A required key is missing',
  'sigma.metadata': 'A value of the metadata is not allowed',
  'sigma.unsupported': 'Valid Sigma that is refused here, with what to write instead',
  'sigma.detection_empty': 'A selection, map or list is empty',
  'sigma.modifier_unknown': 'There is no such modifier',
  'sigma.modifier_order': 'A modifier does not stand where it may, or not beside another one',
  'sigma.modifier_value': 'A modifier does not take this value',
  'sigma.placeholder': 'A placeholder of `expand` has no list',
  'sigma.regex': 'A regular expression is not one of RE2',
  'sigma.cidr': 'A network is not an address with a prefix length',
  'sigma.condition': 'The condition cannot be read',
  'sigma.selection_unknown': 'The condition names a selection that is not there, or a pattern that matches none',
  'sigma.correlation': 'A correlation is not well-formed',
  'sigma.reference_unknown': 'A correlation or filter names a rule that is not there or may not be named',
  'sigma.reference_cycle': 'Correlations reference each other in a circle',
  'sigma.id_duplicate': 'Two rules, or two filters, have one id or one name',
  'sigma.filter': 'A filter is not well-formed; it is not applied, the rules run without it',
  'sigma.lists': 'A file of lists for placeholders is not a map of names to values',
} as const satisfies Record<string, string>;

export type SigmaCode = keyof typeof sigmaCodes;

/** What an author probably did not mean; the rule runs. */
export const sigmaWarningCodes = {
  'sigma.warn.selection_unused': 'The condition does not use a selection',
  'sigma.warn.all_single': '`all` over a single value says nothing',
  'sigma.warn.escaped_wildcard': 'A backslash before a wildcard makes it literal: C:\\Users\\* is no prefix',
  'sigma.warn.value_duplicate': 'A list holds a value twice',
  'sigma.warn.value_any': 'One value of a list holds for anything, so the others say nothing',
  'sigma.warn.never': 'A selection can never hold: no value equals two texts at once',
  'sigma.warn.regex_open': 'A regular expression begins or ends with .*, which says nothing',
  'sigma.warn.placeholder_none': '`expand` stands over a value without a placeholder',
  'sigma.warn.one_member': '`1 of` or `all of` over a pattern that one selection matches',
  'sigma.warn.pattern_is_name': '`1 of` or `all of` over a plain name',
  'sigma.warn.filter_unused': 'A filter names a rule that it does not apply to, or applies to none',
  'sigma.warn.tag': 'A tag has no namespace',
  'sigma.warn.timespan': 'A timespan reaches further back than matches are kept, 8 days',
} as const satisfies Record<string, string>;

export type SigmaWarningCode = keyof typeof sigmaWarningCodes;

/** A place in the file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Collects everything that is wrong with one file, so that all of it is reported at once. */
export class IssueList {
  readonly issues: Issue[] = [];
  readonly warnings: Issue[] = [];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  add(code: SigmaCode, at: Position, message: string): void {
    this.issues.push({ code, message, path: this.#path, line: at.line, column: at.column });
    return undefined;
  }

  warn(code: SigmaWarningCode, at: Position, message: string): void {
    this.warnings.push({ code, message, path: this.#path, line: at.line, column: at.column });
  }
}
