/** Names in the order of their numbers, from 0; a word `@N` goes on at number N. Gives '' for a number without name. */
export function namesByNumber(lines: readonly string[]): string[] {
  const names: string[] = [];
  let next = 0;
  for (const word of lines.join(' ').split(' ')) {
    if (word.startsWith('@')) {
      next = Number(word.slice(1));
      continue;
    }
    while (names.length < next) names.push('');
    names.push(word);
    next += 1;
  }
  return names;
}
