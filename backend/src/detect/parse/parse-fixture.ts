import { parseRuleFile, type ParseOptions } from './rule-file.ts';

/** Metadata of a rule; what follows starts in line 5. */
export const head = `title: A rule
id: 3f0d0d52-6f3c-4e9c-8d1a-0a8c7c1b2a10
logsource:
  product: linux
`;

/** A rule whose detection starts in line 6. */
export const rule = (detection: string): string => `${head}detection:\n${detection}\n`;

/** A rule of one selection with that line, which is line 7. */
export const item = (line: string): string => rule(`  s:\n    ${line}\n  condition: s`);

/** Code, line and column of every issue. */
export function places(text: string, options: ParseOptions = {}): string[] {
  return parseRuleFile(text, 'x.yml', options).issues.map(({ code, line, column }) => `${code} ${line}:${column}`);
}

/** The same of every warning. */
export function warned(text: string): string[] {
  return parseRuleFile(text, 'x.yml').warnings.map(({ code, line, column }) => `${code} ${line}:${column}`);
}
