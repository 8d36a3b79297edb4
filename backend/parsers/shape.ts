/**
 * A shape of line: what it means, and the RE2 pattern that its whole text has.
 * Named groups are columns (`user`, `src_ip`, ...) or keys of `fields`; there are no unnamed groups.
 */
export interface Shape {
  /** `event.action`, snake_case; docs/reference/parsers.md lists them. */
  readonly action: string;
  readonly outcome: 'success' | 'failure' | 'unknown';
  /** What every line of the shape begins with; the cheap test before the pattern. */
  readonly start: string;
  /** RE2, without anchors. `\C` is any byte, so that invalid UTF-8 parses too. */
  readonly pattern: string;
  /** What such a line means beyond its words, by name. */
  readonly constants: Readonly<Record<string, string>>;
  /** Has patterns of its own in the query instead of a place in the tables: a third of the time per line, a little more to plan. */
  readonly frequent: boolean;
}

/** A shape; see Shape for the arguments. */
export function shape(
  action: string,
  outcome: Shape['outcome'],
  start: string,
  pattern: string,
  constants: Readonly<Record<string, string>> = {}
): Shape {
  return { action, outcome, start, pattern, constants, frequent: false };
}

/** The same shape, for the lines that most logs are full of. No other shape may hold for them. */
export function frequent(item: Shape): Shape {
  return { ...item, frequent: true };
}

/** A SQL string literal. For texts of this folder only: values from outside are always parameters. */
export function sqlText(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Names of the pattern's groups, in order. */
export function groupNames(pattern: string): string[] {
  return [...pattern.matchAll(/\(\?P<([a-z_]+)>/g)].map((match) => match[1] ?? '');
}

/** A family of shapes: the lines of one kind of program. */
export interface ShapeFamily {
  /** What `_family` is for its lines. */
  readonly name: string;
  readonly shapes: readonly Shape[];
}

/** SQL expressions over `_family`, `_text` and `_key` (family, blank, text), by placeholder. */
export interface ShapeSql {
  /** Number of the first shape that holds, from 1 over all families in order; 0 for none. */
  readonly shape_number: string;
  /** Array of the names, and Map(String, String) of the names (`_names`) and values of shape `_number`; empty values are left out. */
  readonly shape_names: string;
  readonly shape_values: string;
  readonly shape_action: string;
  readonly shape_outcome: string;
}

/** Between the values that one replacement takes out of a line; a line that holds it has no shape. */
const separator = '\x1f';

/**
 * The shapes as tables of constants: a line's family and first word name the few shapes to try, and one replacement
 * takes out all values. So the query does not grow with the number of shapes: it is planned for every insert.
 * A pattern that is a column is compiled for every line, though (30 us): frequent shapes have constants of their own.
 */
export function shapeSql(families: readonly ShapeFamily[]): ShapeSql {
  const shapes = families.flatMap((family) => family.shapes);
  const candidates = candidatesByKey(families);
  const list = (texts: readonly string[]) => `[${texts.map(sqlText).join(', ')}]`;
  const of = (texts: readonly string[]) => `arrayElement(${list(['', ...texts])}, _number + 1)`;
  const patterns = shapes.map(({ pattern }) => `^(?:${withoutNames(pattern, '(')})$`);
  const place = `transform(concat(_family, ' ', substringIndex(_text, ' ', 1)), ${list([...candidates.keys()])}, range(1, ${candidates.size + 1}), 0)`;
  const tried = `arrayElement([[0], ${[...candidates.values()].map((numbers) => `[${numbers.join(', ')}]`).join(', ')}], ${place} + 1)`;
  const anyNumber = `arrayFirst(n -> if(n = 0, 0, match(_text, arrayElement(${list(['', ...patterns])}, n + 1))), ${tried})`;
  const anyValues = `splitByChar('${separator}', replaceRegexpOne(_text, ${of(patterns)}, ${of(shapes.map(template))}))`;
  const own = families
    .flatMap(({ name, shapes: its }) => its.map((item) => ({ name, item, number: shapes.indexOf(item) + 1 })))
    .filter(({ item }) => item.frequent);
  const ownNumber = own.map(
    ({ name, item, number }) => `match(_key, ${sqlText(`^${name} ${withoutNames(item.pattern, '(?:')}$`)}), ${number}`
  );
  const ownValues = own.map(({ item, number }) => {
    const groups = `extractGroups(_text, ${sqlText(`^${withoutNames(item.pattern, '(')}$`)})`;
    const constants = Object.values(item.constants);
    return `_number = ${number}, ${constants.length === 0 ? groups : `arrayConcat(${groups}, ${list(constants)})`}`;
  });
  return {
    shape_number: `multiIf(${[...ownNumber, anyNumber].join(',\n    ')})`,
    shape_names: `splitByChar(' ', ${of(shapes.map((item) => valueNames(item).join(' ')))})`,
    shape_values: `mapFilter((k, v) -> v != '', mapFromArrays(_names, arrayResize(multiIf(${[...ownValues, anyValues].join(',\n    ')}), length(_names))))`,
    shape_action: `nullIf(${of(shapes.map((item) => item.action))}, '')`,
    shape_outcome: `nullIf(${of(shapes.map((item) => item.outcome))}, '')`,
  };
}

function withoutNames(pattern: string, group: '(' | '(?:'): string {
  return pattern.replaceAll(/\(\?P<[a-z_]+>/g, group);
}

/** Names of the values of a shape: the groups of its pattern in order, then its constants. */
function valueNames(item: Shape): string[] {
  return [...groupNames(item.pattern), ...Object.keys(item.constants)];
}

/** The replacement that leaves only the values. RE2 knows \\1 to \\9. */
function template(item: Shape): string {
  const groups = groupNames(item.pattern);
  if (groups.length > 9) throw new Error(`${item.action}: more than nine groups`);
  return [...groups.map((_, index) => `\\${index + 1}`), ...Object.values(item.constants)].join(separator);
}

/** Shape numbers by `family word`, the word being the first of the line. A start without blank stands with and without colon. */
function candidatesByKey(families: readonly ShapeFamily[]): Map<string, number[]> {
  const result = new Map<string, number[]>();
  let number = 0;
  for (const { name, shapes } of families) {
    for (const { start } of shapes) {
      number += 1;
      const word = start.split(' ')[0] ?? '';
      for (const each of start.includes(' ') ? [word] : [word, `${word}:`]) {
        const key = `${name} ${each}`;
        result.set(key, [...(result.get(key) ?? []), number]);
      }
    }
  }
  return result;
}
