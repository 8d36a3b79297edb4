import type { Random } from './random.ts';

/** Characters that engines disagree about when somebody is careless. */
// prettier-ignore
export const oddTexts = ['a', 'K', '\u212A', '\u0130', '\u0131', '\u00C4', '\u00E4', '\u03A3', '\u03C2', '\u017F', 'e\u0301', '\u{1F600}', '\uFEFF', '\u00A0', '\u2028', '\\', '\\\\', '*', '?', '%', '_', "'", '"', '`', '\n', '\r\n', '\t', '\0', '\x01', '\x1b', '\x7f', ' ', '{x:String}', '--', '/*', '.', '/', '-', '\u2013', '\u2014', '\u2015', ',', ';', '1', '0', '='];

/** Letters that some folding holds equal to an ASCII letter, or to each other. */
// prettier-ignore
const lookAlikes: Readonly<Record<string, string>> = { k: '\u212A', K: '\u212A', s: '\u017F', S: '\u017F', i: '\u0130', I: '\u0131', a: '\u0430', A: '\u0391', e: '\u0435', o: '\u043E', O: '\u039F', '-': '\u2013', '/': '\u2215', '\\': '/', '.': '\u3002', ' ': '\u00A0', '*': 'x', '?': '', '%': 'x', _: 'x', '\u03C3': '\u03C2', '\u00E4': '\u00C4' };

const swapCase = (character: string): string =>
  character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase();

type Change = (points: string[], at: number, random: Random) => readonly string[] | string;

/** The place of one of such characters; the given place when there is none. */
function placeOf(points: readonly string[], wanted: RegExp, at: number, random: Random): number {
  const places = [...points.keys()].filter((place) => wanted.test(points[place] ?? ''));
  return places.length === 0 ? at : random.pick(places);
}

const changes: readonly Change[] = [
  (points, at, random) =>
    points.with(placeOf(points, /[-/\u2013-\u2015]/, at, random), random.pick(Array.from('-/\u2013\u2014\u2015'))),
  (points, at, random) =>
    points.with(placeOf(points, /[%_*?\\]/, at, random), random.pick(['', 'x', 'xx', '%', '_', '*', '\\', '\\\\'])),
  (points) => points.join('').toUpperCase(),
  (points) => points.join('').toLowerCase(),
  (points, at) => points.with(at, swapCase(points[at] ?? '')),
  (points, at) => points.with(at, lookAlikes[points[at] ?? ''] ?? '\u00E4'),
  (points, at) => points.toSpliced(at, 1),
  (points) => points.slice(1),
  (points) => points.slice(0, -1),
  (points, at) => points.toSpliced(at, 0, points[at] ?? ''),
  (points, at, random) => points.toSpliced(at, 0, random.pick(oddTexts)),
  (points, at, random) => points.with(at, random.pick(oddTexts)),
  (points, _at, random) => [...points, random.pick(oddTexts)],
  (points, _at, random) => [random.pick(oddTexts), ...points],
  (points) => ['0', ...points],
  (points) => [...points, '.0'],
  (points) => points.join('').trim(),
  (points) => [' ', ...points, ' '],
  (points, at) => [...points.slice(at), ...points.slice(0, at)],
  (points) => [...points, ...points],
  (points) => points.toReversed(),
  (points, at) => [...points.slice(0, at), 'q', ...points.slice(at)],
  () => '',
];

/** The text with one thing changed: its case, a character, an edge, all of it. */
export function nearMiss(text: string, random: Random): string {
  const points = Array.from(text);
  if (points.length === 0) return random.pick(oddTexts);
  const changed = random.pick(changes)(points, random.below(points.length), random);
  return typeof changed === 'string' ? changed : changed.join('');
}
