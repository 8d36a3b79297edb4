/** Answers whether a selection, by its name, is true. */
export type Selections = (name: string) => boolean;
export type Condition = (holds: Selections) => boolean;

const quantifiers = new Set(['1', 'any', 'all']);

/** Names that a pattern means: `*` stands for any text; `them` and patterns without a leading `_` skip `_` names. */
function namesOf(pattern: string, names: readonly string[]): string[] {
  const glob = pattern === 'them' ? '*' : pattern;
  const source = glob.split('*').map((part) => part.replace(/[^A-Za-z0-9]/g, '\\$&'));
  const expression = new RegExp(`^${source.join('.*')}$`, 's');
  return names.filter((name) => expression.test(name) && (glob.startsWith('_') || !name.startsWith('_')));
}

/** `or` < `and` < `not` < `x of` < parentheses. */
export function readCondition(text: string, names: readonly string[]): Condition {
  const words = text.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;

  function next(): string {
    const word = words[at++];
    if (word === undefined) throw new Error(`the condition ends early: ${text}`);
    return word;
  }
  function chain(operator: 'or' | 'and', operand: () => Condition): Condition {
    const parts = [operand()];
    while (words[at] === operator) {
      at++;
      parts.push(operand());
    }
    return (holds) => (operator === 'or' ? parts.some((part) => part(holds)) : parts.every((part) => part(holds)));
  }
  function either(): Condition {
    return chain('or', () => chain('and', negated));
  }
  function negated(): Condition {
    if (words[at] !== 'not') return single();
    at++;
    const inner = negated();
    return (holds) => !inner(holds);
  }
  function single(): Condition {
    const word = next();
    if (word === '(') {
      const inner = either();
      if (next() !== ')') throw new Error(`no closing parenthesis: ${text}`);
      return inner;
    }
    if (quantifiers.has(word) && words[at] === 'of') {
      at++;
      const group = namesOf(next(), names);
      if (group.length === 0) throw new Error(`a pattern means no selection: ${text}`);
      return (holds) => (word === 'all' ? group.every(holds) : group.some(holds));
    }
    if (!names.includes(word)) throw new Error(`no selection ${word}: ${text}`);
    return (holds) => holds(word);
  }

  const whole = either();
  if (at < words.length) throw new Error(`the condition goes on: ${text}`);
  return whole;
}
