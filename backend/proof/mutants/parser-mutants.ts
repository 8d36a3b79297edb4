import { mutantsOf } from './mutant.ts';

/** Wrong changes of the parser: evaluator and SQL stay one, and only the oracle or a golden case can tell. */
export const parserMutants = [
  ...mutantsOf('parse/sigma-string.ts', [
    ['a backslash does not escape *', "new Set(['*', '?', '\\\\'])", "new Set(['?', '\\\\'])"],
    ['a backslash does not escape ?', "new Set(['*', '?', '\\\\'])", "new Set(['*', '\\\\'])"],
    ['a backslash does not escape itself', "new Set(['*', '?', '\\\\'])", "new Set(['*', '?'])"],
    ['a backslash escapes anything', "character === '\\\\' && escapable.has(next)", "character === '\\\\'"],
    [
      'a backslash at the end is lost',
      '} else plain += character;',
      "} else if (character !== '\\\\' || next !== '') plain += character;",
    ],
    ['? is *', '{ wildcard: character });', "{ wildcard: '*' });"],
  ]),
  ...mutantsOf('parse/modifier.ts', [
    ['contains is endswith', 'contains: { start: true, end: true }', 'contains: { start: true, end: false }'],
    ['startswith is contains', 'startswith: { start: false, end: true }', 'startswith: { start: true, end: true }'],
    ['endswith is equals', 'endswith: { start: true, end: false }', 'endswith: { start: false, end: false }'],
    ['re|startswith is not anchored', '`^(?:${source})`', 'source'],
    ['re|endswith binds its last alternative alone', '`(?:${source})$`', '`${source}$`'],
    [
      'exists is inverted',
      "present: value.text.toLowerCase() === 'true'",
      "present: value.text.toLowerCase() !== 'true'",
    ],
    ['a flag of a regular expression is lost', 'one === flag || value.flags.includes(one)', 'one === flag'],
  ]),
  ...mutantsOf('parse/encoding.ts', [
    ['utf16be is utf16le', 'return wide.swap16();', 'return wide;'],
    ['the byte order mark is turned round', '[0xff, 0xfe]', '[0xfe, 0xff]'],
    ['base64 at offset 1 keeps a character too many', '[0, 2, 3][offset]', '[0, 1, 3][offset]'],
    ['base64 at offset 2 loses a character', '[0, 2, 3][offset]', '[0, 2, 4][offset]'],
    ['base64 keeps an undecided last character', '% 3 === 0 ? 0 : 1', '% 3 === 0 ? 0 : 0'],
    [
      'windash never makes a slash',
      "['-', '/', '\\u2013', '\\u2014', '\\u2015']",
      "['-', '\\u2013', '\\u2014', '\\u2015']",
    ],
    ['windash leaves out the horizontal bar', "'\\u2014', '\\u2015']", "'\\u2014']"],
    ['windash never replaces a slash', '[-/](?=', '[-](?='],
    ['windash replaces inside words', '(?<![\\p{L}\\p{N}_])[-/]', '[-/]'],
    ['windash replaces where no word begins', '(?=[\\p{L}\\p{N}_])', ''],
    ['words are of ASCII', '(?=[\\p{L}\\p{N}_])', '(?=\\w)'],
  ]),
  ...mutantsOf('parse/item.ts', [
    ['all is OR', 'all ? and(leaves) : or(leaves)', 'or(leaves)'],
    ['a list is AND', 'all ? and(leaves) : or(leaves)', 'and(leaves)'],
    [
      'neq is said of each value',
      "head.modifiers.includes('neq') ? not(joined)",
      "head.modifiers.includes('neq') ? or(leaves.map(not))",
    ],
    ['neq is dropped', "head.modifiers.includes('neq') ? not(joined) : joined", 'joined'],
    [
      'null is the empty text',
      "if (value.kind === 'null') return not({ kind: 'exists', field });",
      "if (value.kind === 'null') return { kind: 'text', field, pattern: [], cased };",
    ],
    ['cased is dropped', "this.#cased = head.modifiers.includes('cased');", 'this.#cased = false;'],
    ['keywords are whole texts', 'placed ? pattern : open(pattern, { start: true, end: true })', 'pattern'],
    ['the variants of a value are AND', '? or(built) : undefined', '? and(built) : undefined'],
  ]),
  ...mutantsOf('parse/condition.ts', [
    [
      'or binds tighter than and',
      "this.chain('or', () => this.chain('and', () => this.not()))",
      "this.chain('and', () => this.chain('or', () => this.not()))",
    ],
    ['not covers what follows it', "{ kind: 'not', item: this.not() }", "{ kind: 'not', item: this.or() }"],
    ['1 of * takes _ names', "names.filter((name) => pattern.startsWith('_') || !name.startsWith('_'))", '[...names]'],
    ['_ names are never taken', "pattern.startsWith('_') || !name.startsWith('_')", "!name.startsWith('_')"],
    ['1 of is all of', "['1', 'some']", "['1', 'all']"],
    ['all of is any of', "['all', 'all']", "['all', 'some']"],
    ['a pattern is not anchored at its end', '`^${source}$`', '`^${source}`'],
  ]),
  ...mutantsOf('parse/selection-resolve.ts', [
    ['not is dropped', 'return item === undefined ? undefined : not(item);', 'return item;'],
  ]),
  ...mutantsOf('parse/detection-map.ts', [
    ['a list of conditions is AND', 'expression: or(expressions)', "expression: { kind: 'and', items: expressions }"],
  ]),
  ...mutantsOf('parse/detection.ts', [
    ['a list of maps is AND', '? or(known) : undefined', '? and(known) : undefined'],
    ['a map is OR', '? and(known) : undefined', '? or(known) : undefined'],
  ]),
  ...mutantsOf('parse/ip-address.ts', [
    ['a network is one bit too wide', '(1n << BigInt(bits - prefix)) - 1n', '(1n << BigInt(bits - prefix + 1)) - 1n'],
    ['a network keeps the bits beyond its prefix', 'format(value & ~host)', 'format(value)'],
  ]),
  ...mutantsOf('parse/expand.ts', [
    [
      'wildcards of a list are literal',
      '(lists.get(piece.name) ?? []).map(readSigmaString)',
      '(lists.get(piece.name) ?? []).map((text) => [{ text }])',
    ],
    [
      'only the first value of a list counts',
      '(lists.get(piece.name) ?? []).map(readSigmaString)',
      '(lists.get(piece.name) ?? []).slice(0, 1).map(readSigmaString)',
    ],
    [
      'a list in a regular expression is not escaped',
      '(lists.get(piece.name) ?? []).map(escaped)',
      '(lists.get(piece.name) ?? [])',
    ],
  ]),
  ...mutantsOf('parse/event-time.ts', [
    ['weeks begin on Sunday', '(4 - (time.getUTCDay() || 7))', '(4 - time.getUTCDay())'],
    ['months count from zero', 'month: (time) => time.getUTCMonth() + 1', 'month: (time) => time.getUTCMonth()'],
    ['the zone is added', '/ 1000 - zoneMinutes(text) * 60', '/ 1000 + zoneMinutes(text) * 60'],
  ]),
  ...mutantsOf('parse/yaml-reader.ts', [
    ['leading zeros make numbers', '(?:(?:0|[1-9]\\d*)(?:', '(?:(?:\\d+)(?:'],
    [
      'YAML numbers are read as numbers',
      '      text,\n      type: node.type',
      "      text: node.type === 'PLAIN' && /^0?[\\dx.]+$/.test(text) ? String(Number(text)) : text,\n      type: node.type",
    ],
  ]),
  ...mutantsOf('compile/filter.ts', [
    ['filters are lost', 'and([rule.expression, ...filters.map((filter) => filter.expression)])', 'rule.expression'],
    [
      'one filter counts',
      '...filters.map((filter) => filter.expression)',
      '...filters.slice(0, 1).map((filter) => filter.expression)',
    ],
  ]),
  ...mutantsOf('pipeline/map-expression.ts', [
    [
      'only the first place of a field counts',
      'places(node.field).flatMap(',
      'places(node.field).slice(0, 1).flatMap(',
    ],
    [
      'what a pipeline adds is lost',
      'return and([...added, mapped(expression, plan.places)]);',
      'return mapped(expression, plan.places);',
    ],
  ]),
];
