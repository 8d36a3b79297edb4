import type { Pattern } from '../parse/ast.ts';
import { shapeOf } from '../parse/sigma-string.ts';
import { foldAscii } from './fold.ts';

/** Decides about one text. */
export type TextTest = (text: string) => boolean;

/** A run of a pattern between two `*`: literal texts, and null for `?`. */
type Segment = readonly (string | null)[];

function segmentsOf(pattern: Pattern): Segment[] {
  const segments: (string | null)[][] = [[]];
  for (const part of pattern) {
    if ('wildcard' in part && part.wildcard === '*') segments.push([]);
    else segments.at(-1)?.push('text' in part ? part.text : null);
  }
  return segments;
}

/** Code units of the code point there: 2 for a surrogate pair, 0 at the end. */
function unitsAt(text: string, index: number): number {
  const code = text.codePointAt(index);
  return code === undefined ? 0 : code > 0xffff ? 2 : 1;
}

/** End of the segment when it stands at `start`, else -1. */
function endOf(segment: Segment, text: string, start: number): number {
  let index = start;
  for (const piece of segment) {
    if (piece === null) {
      const units = unitsAt(text, index);
      if (units === 0) return -1;
      index += units;
    } else {
      if (!text.startsWith(piece, index)) return -1;
      index += piece.length;
    }
  }
  return index;
}

/** Where the segment first ends at or after `from`, else -1. */
function search(segment: Segment, text: string, from: number): number {
  const [first] = segment;
  for (let start = from; start <= text.length; start += unitsAt(text, start) || 1) {
    if (typeof first === 'string') {
      start = text.indexOf(first, start);
      if (start < 0) return -1;
    }
    const end = endOf(segment, text, start);
    if (end >= 0) return end;
  }
  return -1;
}

/** Where the segment must start to end with the text, as it has a fixed number of code points; -1 when too long. */
function lastStart(segment: Segment, text: string): number {
  let index = text.length;
  for (const piece of segment.toReversed()) {
    if (piece !== null) index -= piece.length;
    else index -= index >= 2 && unitsAt(text, index - 2) === 2 ? 2 : 1;
    if (index < 0) return -1;
  }
  return index;
}

/**
 * A wildcard match in time proportional to text times pattern, whatever stands in them: each run between two `*`
 * is taken at its first place, which leaves the most room for the rest.
 */
export function globTest(pattern: Pattern): TextTest {
  const segments = segmentsOf(pattern);
  const first = segments[0] ?? [];
  const last = segments.at(-1) ?? [];
  const middle = segments.slice(1, -1).filter((segment) => segment.length > 0);
  if (segments.length === 1) return (text) => endOf(first, text, 0) === text.length;
  return (text) => {
    let index = endOf(first, text, 0);
    for (const segment of middle) {
      if (index < 0) return false;
      index = search(segment, text, index);
    }
    if (index < 0) return false;
    const start = lastStart(last, text);
    return start >= index && endOf(last, text, start) === text.length;
  };
}

/** The pattern with its texts folded. */
export function foldedPattern(pattern: Pattern): Pattern {
  return pattern.map((part) => ('text' in part ? { text: foldAscii(part.text) } : part));
}

/** A test of texts that are folded already, unless `cased`. */
export function textTest(pattern: Pattern, cased: boolean): TextTest {
  const wanted = cased ? pattern : foldedPattern(pattern);
  const shape = shapeOf(wanted);
  switch (shape.shape) {
    case 'any':
      return () => true;
    case 'equals':
      return (text) => text === shape.text;
    case 'contains':
      return (text) => text.includes(shape.text);
    case 'startswith':
      return (text) => text.startsWith(shape.text);
    case 'endswith':
      return (text) => text.endsWith(shape.text);
    case 'glob':
      return globTest(wanted);
  }
}
