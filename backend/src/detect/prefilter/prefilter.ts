import type { Expression } from '../parse/ast.ts';
import { anchorsOf, anyText, type Anchor } from './anchor.ts';
import { GramIndex, type PaddedAnchor } from './gram-index.ts';
import type { GramSample } from './gram-sample.ts';
import { gramLength, preparedOf, saltOf, type Prepared } from './gram.ts';
import { PairIndex } from './pair-index.ts';

/** What a value at one place can say about rules. */
export interface PlacePlan {
  readonly salt: number;
  /** Rules that become candidates as soon as there is a value. */
  readonly presence: Int32Array;
  /** Whether its bytes are looked through for longer texts. */
  readonly scanned: boolean;
  /** And for those of three bytes and less. */
  readonly short: readonly PairIndex[];
  /** Whether keywords are looked for in it. */
  readonly isText: boolean;
}

/** Names the rules that may match an event, by number; never leaves out one that does. */
export interface Prefilter {
  /** Rules without anchors: candidates of every event. */
  readonly always: Int32Array;
  /** Rules that are candidates of every event, or of every event that has some value. */
  readonly weak: number;
  readonly anchors: number;
  /** `isText` for the message and the values of `fields`, where keywords may stand. Undefined when no rule asks. */
  planOf(place: string, isText: boolean): PlacePlan | undefined;
  readonly index: GramIndex;
}

/** The event time is no text in the rows: nothing can be looked for there. */
const unread = 'ts';

interface Gathered {
  readonly always: number[];
  readonly presence: Map<string, Set<number>>;
  readonly anchors: Map<string, Prepared & { readonly place: string; readonly owners: Set<number> }>;
}

function addAnchor(into: Gathered, anchor: Anchor, rule: number): void {
  const prepared = preparedOf(anchor);
  if (prepared.padded.length === 0) {
    const rules = into.presence.get(anchor.place) ?? new Set();
    into.presence.set(anchor.place, rules.add(rule));
    return;
  }
  const entry = into.anchors.get(prepared.key) ?? { ...prepared, place: anchor.place, owners: new Set() };
  entry.owners.add(rule);
  into.anchors.set(prepared.key, entry);
}

/** Builds the prefilter of rules given by their expressions over places, with anchors that are rare in the sample. */
export function buildPrefilter(rules: readonly Expression[], sample: GramSample): Prefilter {
  const gathered: Gathered = { always: [], presence: new Map(), anchors: new Map() };
  const costOf = (anchor: Anchor): number => (anchor.place === unread ? Infinity : sample.cost(anchor));
  rules.forEach((expression, rule) => {
    const found = anchorsOf(expression, costOf);
    if (found === undefined) gathered.always.push(rule);
    else for (const anchor of found.anchors) addAnchor(gathered, anchor, rule);
  });
  return prefilterOf(gathered, sample);
}

function prefilterOf({ always, presence, anchors: gathered }: Gathered, sample: GramSample): Prefilter {
  const anchors = [...gathered.values()].map((one) => ({ ...one, owners: [...one.owners] }));
  const isShort = (anchor: PaddedAnchor): boolean => anchor.padded.length < gramLength;
  const long = anchors.filter((anchor) => !isShort(anchor));
  const scanned = new Set(long.map(({ place }) => place));
  const pairs = new Map(
    [...new Set(anchors.filter(isShort).map(({ place }) => place))].map((place) => {
      return [
        place,
        new PairIndex(
          anchors.filter((anchor) => anchor.place === place && isShort(anchor)),
          sample
        ),
      ];
    })
  );
  const places = new Set([...anchors.map(({ place }) => place), ...presence.keys()]);
  return {
    always: Int32Array.from(always),
    weak: new Set([...always, ...[...presence.values()].flatMap((rules) => [...rules])]).size,
    anchors: anchors.length,
    index: new GramIndex(long, sample),
    planOf: (place, isText) => {
      const asked = isText && places.has(anyText) ? [place, anyText] : [place];
      if (!asked.some((one) => places.has(one))) return undefined;
      return {
        salt: saltOf(place),
        presence: Int32Array.from(presence.get(place) ?? []),
        scanned: asked.some((one) => scanned.has(one)),
        short: asked.flatMap((one) => pairs.get(one) ?? []),
        isText,
      };
    },
  };
}
