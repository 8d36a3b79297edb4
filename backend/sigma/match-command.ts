import { z } from 'zod';
import { readEvents, type BadLine, type FileEvent } from './event-file.ts';
import { createMatcher } from './match.ts';
import { matchText } from './match-text.ts';
import { issueLine, readRules, sourceOptions, UsageError, type RuleSource } from './rule-source.ts';

const matchOptions = sourceOptions.extend({ quiet: z.boolean().default(false) });
type MatchOptions = z.output<typeof matchOptions>;

type Matcher = ReturnType<typeof createMatcher>;
interface Sums {
  events: number;
  matches: number;
  bad: number;
}

function matchersOf({ own, parsed, filters, pipeline }: RuleSource): Matcher[] {
  return own.flatMap((rule) => {
    const document = parsed.find((one) => one.meta.id === rule.meta.id);
    if (rule.kind !== 'single' || document?.kind !== 'single') return [];
    return [createMatcher(rule, document, filters, pipeline)];
  });
}

/** What is printed of one line: its result for each rule, or why it was not read. */
function linesOf(
  event: FileEvent | BadLine,
  matchers: readonly Matcher[],
  options: MatchOptions,
  sums: Sums
): string[] {
  if ('message' in event) {
    sums.bad += 1;
    return [options.json ? JSON.stringify(event) : `line ${event.line}: not read: ${event.message}`];
  }
  sums.events += 1;
  const results = matchers.map((match) => match(event));
  sums.matches += results.filter(({ matches }) => matches).length;
  return results
    .filter(({ matches }) => matches || !options.quiet)
    .map((result) => (options.json ? JSON.stringify(result) : matchText(result)));
}

/**
 * `sigma match RULE EVENTS`: exit code 0 when an event matches, 1 when none does, 2 when a line is no event. Events are
 * read as a stream.
 */
export async function runMatch(
  files: { readonly file: string; readonly events: string },
  given: object,
  print: (text: string) => void
): Promise<number> {
  const options = matchOptions.parse(given);
  const source = await readRules(files.file, options);
  if (source.issues.length > 0) throw new UsageError(source.issues.map(issueLine).join('\n'));
  const matchers = matchersOf(source);
  if (matchers.length === 0) throw new UsageError(`${files.file} holds no rule over single events`);
  const sums: Sums = { events: 0, matches: 0, bad: 0 };
  for await (const event of readEvents(files.events)) linesOf(event, matchers, options, sums).forEach(print);
  const { events, matches, bad } = sums;
  if (!options.json) print(`${events} events, ${matchers.length} rules, ${matches} matches, ${bad} lines not read`);
  if (bad > 0) return 2;
  return matches > 0 ? 0 : 1;
}
