import { Buffer } from 'node:buffer';
import { readCondition } from '../oracle/condition.ts';
import type { Detection, Item, Selection } from '../oracle/detection.ts';
import { nearMiss, oddTexts } from './near-miss.ts';
import type { Random } from './random.ts';
import { witnessOf, type Sampling, type Witness } from './witness.ts';

/** Values of Sigma fields, and the message. A field that is not there is missing. */
export interface FieldValues {
  readonly fields: ReadonlyMap<string, string | null>;
  readonly message: string;
}

/** Longest value, in UTF-16 units; one event in `hugeOnce` has one. */
const hugeUnits = 64 * 1024;
const hugeOnce = 1500;

function itemWitnesses(item: Item, sampling: Sampling): readonly Witness[] {
  const { random } = sampling;
  if (item.modifiers.includes('neq') && !random.once(4)) return [];
  const values = item.modifiers.includes('all') ? item.values : [random.pick(item.values)];
  return values.flatMap((value) => witnessOf(item, value, sampling));
}

function selectionWitnesses(selection: Selection, sampling: Sampling): readonly Witness[] {
  if (selection.kind === 'any') return selectionWitnesses(sampling.random.pick(selection.of), sampling);
  return selection.items.flatMap((item) => itemWitnesses(item, sampling));
}

/** Selections to satisfy so that the condition holds: found by trial. The others are tried once in a while too. */
function chosenSelections(detection: Detection, random: Random): string[] {
  const names = [...detection.selections.keys()];
  const condition = readCondition(random.pick(detection.conditions), names);
  for (let trial = 0; trial < 40; trial++) {
    const share = 2 + random.below(3);
    const chosen = new Set(names.filter(() => (trial % 2 === 0 ? random.once(share) : !random.once(share))));
    if (condition((name) => chosen.has(name))) return names.filter((name) => chosen.has(name) || random.once(8));
  }
  return names;
}

/** One value that fulfils all demands on a field, if they can be: starts, then the insides, then ends. */
function joined(witnesses: readonly Witness[], random: Random): string | null {
  const whole = witnesses.filter(({ place }) => place === 'whole').at(-1);
  if (whole !== undefined) return whole.text;
  const texts = (place: Witness['place']): string[] =>
    witnesses.flatMap((witness) => (witness.place === place && witness.text !== null ? [witness.text] : []));
  const inside = texts('inside').map((text) => random.pick(['', '', ' ', 'x', '\n', '\\']) + text);
  const edge = random.pick(['', '', '', 'q', ' ', '\n']);
  const start = texts('start').at(-1);
  const end = texts('end').at(-1);
  return (start ?? (end === undefined ? '' : random.pick(['', 'C:\\x', 'q']))) + inside.join(edge) + (end ?? edge);
}

function huge(text: string, random: Random): string {
  const filler = random.pick(['x', 'aB', '\\', '*', '\u00E9', '-a ', '\u{1F600}', 'k\n']);
  const padding = filler.repeat(Math.floor(hugeUnits / filler.length));
  return random.pick([padding + text, text + padding, text.slice(0, 3) + padding + text.slice(3)]);
}

function disturbed(value: string | null, random: Random): string | null {
  if (random.once(9)) return null;
  return nearMiss(value ?? random.pick(oddTexts), random);
}

/** Half a surrogate pair, which a cut may leave, is nothing that a store can hold: it becomes U+FFFD. */
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

function placeKeywords(fields: Map<string, string | null>, keywords: readonly string[], random: Random): string {
  const messages: string[] = [];
  for (const [index, keyword] of keywords.entries()) {
    if (random.once(3)) fields.set(`kw${index}`, keyword);
    else messages.push(keyword);
  }
  return messages.join(random.pick([' ', '', '\n']));
}

/** Changes what a witness says: one field in half of the events, several in a few; now and then a value is huge. */
function disturb(fields: Map<string, string | null>, random: Random): void {
  const near = random.pick([0, 0, 0, 1, 1, 1, 2, 4]);
  const names = [...fields.keys()];
  for (let change = 0; change < near && names.length > 0; change++) {
    const name = random.pick(names);
    if (random.once(10)) fields.delete(name);
    else fields.set(name, disturbed(fields.get(name) ?? null, random));
  }
  if (!random.once(hugeOnce)) return;
  const [name = 'huge', value] = random.pick([...fields, ['huge', '']] as const);
  fields.set(name, huge(value ?? '', random));
}

/** What an event should be near. */
export interface Aim {
  readonly detection: Detection;
  readonly filters: readonly Detection[];
  /** Items that must always hold. */
  readonly added: readonly Item[];
}

function aimed({ detection, filters, added }: Aim, sampling: Sampling): Witness[] {
  const { random } = sampling;
  const chosen = chosenSelections(detection, random).map((name) => detection.selections.get(name));
  const filtered = filters.flatMap(({ selections }) => [...selections.values()].filter(() => random.once(4)));
  return [
    ...added.flatMap((item) => itemWitnesses(item, sampling)),
    ...[...chosen, ...filtered].flatMap((one) => (one === undefined ? [] : selectionWitnesses(one, sampling))),
  ];
}

/** An event near what the rule asks, made of its own literals. */
export function eventNear(aim: Aim, sampling: Sampling): FieldValues {
  const { random } = sampling;
  const witnesses = aimed(aim, sampling);
  const fields = new Map<string, string | null>();
  for (const { field } of witnesses) {
    const own = witnesses.filter((witness) => witness.field === field);
    if (!fields.has(field)) fields.set(field, joined(own, random));
  }
  fields.delete('');
  const keywords = witnesses.flatMap(({ field, text }) => (field === '' && text !== null ? [text] : []));
  disturb(fields, random);
  const near = keywords.map((keyword) => (random.once(4) ? nearMiss(keyword, random) : keyword));
  const message = placeKeywords(fields, near, random);
  return {
    fields: new Map([...fields].map(([name, value]) => [name, value === null ? null : wellFormed(value)])),
    message: wellFormed(message),
  };
}
