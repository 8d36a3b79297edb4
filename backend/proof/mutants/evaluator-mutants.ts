import { mutantsOf } from './mutant.ts';

/** Wrong changes of the evaluator that runs. */
export const evaluatorMutants = [
  ...mutantsOf('evaluate/text-test.ts', [
    ['startswith is endswith', '(text) => text.startsWith(shape.text)', '(text) => text.endsWith(shape.text)'],
    ['endswith is contains', '(text) => text.endsWith(shape.text)', '(text) => text.includes(shape.text)'],
    ['contains leaves out the start', '(text) => text.includes(shape.text)', '(text) => text.indexOf(shape.text) > 0'],
    ['equals is startswith', '(text) => text === shape.text', '(text) => text.startsWith(shape.text)'],
    [
      '* alone leaves out the empty text',
      "case 'any':\n      return () => true",
      "case 'any':\n      return (text) => text !== ''",
    ],
    ['? matches nothing too', 'if (units === 0) return -1;', ''],
    ['? is one UTF-16 unit', 'code > 0xffff ? 2 : 1', '1'],
    [
      '* stops at a newline',
      'if (end >= 0) return end;',
      "if (end >= 0) return text.slice(from, end).includes('\\n') ? -1 : end;",
    ],
    ['the ends of a pattern overlap', 'start >= index && endOf', 'endOf'],
    [
      'a pattern with a wildcard is not anchored at its start',
      'let index = endOf(first, text, 0)',
      'let index = search(first, text, 0)',
    ],
    [
      'a pattern with a wildcard is not anchored at its end',
      'return start >= index && endOf(last, text, start) === text.length;',
      'return start >= index && search(last, text, index) >= 0;',
    ],
    ['values are not folded', "('text' in part ? { text: foldAscii(part.text) } : part)", '(part)'],
    [
      'the middle of a pattern is looked for from the start',
      'index = search(segment, text, index)',
      'index = search(segment, text, 0)',
    ],
  ]),
  ...mutantsOf('evaluate/fold.ts', [
    [
      'folding is that of Unicode',
      'return text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());',
      'return text.toLowerCase();',
    ],
    [
      'text beyond ASCII is not folded',
      'return text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());',
      'return text;',
    ],
  ]),
  ...mutantsOf('evaluate/evaluate.ts', [
    ['a missing field is the empty text', 'return text !== null && test(text);', "return test(text ?? '');"],
    ['a missing field matches', 'return text !== null && test(text);', 'return text === null || test(text);'],
    ['cased is ignored', 'const text = cased ? view.raw(slot) : view.folded(slot);', 'const text = view.folded(slot);'],
    [
      'exists leaves out the empty text',
      'leaf(context, node.field, true, () => true)',
      "leaf(context, node.field, true, (text) => text !== '')",
    ],
    ['not is dropped', 'return () => !item();', 'return item;'],
    ['lt takes the border', '(a: number, b: number) => a < b', '(a: number, b: number) => a <= b'],
    ['gte leaves out the border', '(a: number, b: number) => a >= b', '(a: number, b: number) => a > b'],
    [
      'numbers are compared as text',
      'holds(numberOf(text), node.number)',
      'holds(text as never, String(node.number) as never)',
    ],
    [
      'anything JavaScript takes for a number is one',
      'text.length <= 300 && decimal.test(text) ? Number(text) : Number.NaN',
      'Number(text)',
    ],
    ['the last address is not of the network', 'hex <= node.last', 'hex < node.last'],
    ['the first address is not of the network', 'hex >= node.first', 'hex > node.first'],
    ['an IPv6 network holds IPv4', "if (node.version === 6 && !text.includes(':')) return false;", ''],
    [
      'fieldref is turned round',
      'return other !== null && holds(text, other);',
      'return other !== null && holds(other, text);',
    ],
    [
      'fieldref to a missing field is to the empty text',
      'return other !== null && holds(text, other);',
      "return holds(text, other ?? '');",
    ],
    [
      'fieldref is always cased',
      'const other = node.cased ? view.raw(slot) : view.folded(slot);',
      'const other = view.raw(slot);',
    ],
    ['short values are not asked', 'text.length >= lengthMin &&', 'text.length > lengthMin &&'],
    [
      'a regular expression must match the whole text',
      'text.length >= lengthMin && regex.test(text)',
      'regex.testExact(text)',
    ],
    [
      'flags of a regular expression are lost',
      "RE2JS.compile(node.flags === '' ? node.source : `(?${node.flags})${node.source}`)",
      'RE2JS.compile(node.source)',
    ],
    [
      'a regular expression sees folded text',
      'leaf(context, node.field, true, regexTest(node))',
      'leaf(context, node.field, false, regexTest(node))',
    ],
    [
      'alternatives do not tell cased from uncased',
      "const key = `${item.cased ? 'c' : 'f'} ${item.field}`;",
      'const key = item.field;',
    ],
    [
      'alternatives are those of one field',
      "const key = `${item.cased ? 'c' : 'f'} ${item.field}`;",
      "const key = item.cased ? 'c' : 'f';",
    ],
    ['cased keywords see folded text', 'node.cased ? view.keywords() : view.foldedKeywords()', 'view.foldedKeywords()'],
  ]),
  ...mutantsOf('evaluate/event-view.ts', [
    [
      'keywords are looked for in the message alone',
      '[message, ...Object.values(fields).filter((value) => value !== null)]',
      '[message]',
    ],
    ['keywords are looked for in fields alone', '[message, ...Object', '[...Object'],
    [
      'a key that objects have by nature is there',
      'Object.hasOwn(event.fields, source.key) ? (event.fields[source.key] ?? null) : null',
      'event.fields[source.key] ?? null',
    ],
    [
      'a field keeps its value from the event before',
      'if (this.#rawAt[slot] === this.#generation) return',
      'if (this.#rawAt[slot] !== 0) return',
    ],
  ]),
  // The choice of rules by the texts that they need.
  ...mutantsOf('prefilter/anchor.ts', [
    ['what not denies is needed', 'not: () => undefined', 'not: (node, costOf) => visit(handlers, node.item, costOf)'],
    [
      'one alternative is enough',
      'if (known.length < sets.length || known.length === 0) return undefined;',
      'if (known.length === 0) return undefined;',
    ],
    [
      'every text of a pattern stands at its start',
      'const start = at === 0 && piece === 0;',
      'const start = piece === 0;',
    ],
    [
      'comparisons need a 1 in the value',
      'compare: valueThere',
      "compare: (node, costOf) => setOf([{ place: node.field, text: '1', start: false, end: false }], costOf)",
    ],
  ]),
  ...mutantsOf('prefilter/gram.ts', [['the letter A is not folded', 'byte >= 65', 'byte > 65']]),
];
