import type { BlockColumn, EventBlock } from '../../store/event-block.ts';
import type { ScannedValue } from '../prefilter/gram-index.ts';
import type { GramSample } from '../prefilter/gram-sample.ts';
import { saltOf } from '../prefilter/gram.ts';
import { buildPrefilter, type PlacePlan, type Prefilter } from '../prefilter/prefilter.ts';
import type { Logsource, SingleRule } from '../rule.ts';

/** Rows of a log source that a prefilter's first sample is made of; every which row goes into it then, and after so many rows. */
const firstSample = 256;
const sampleEvery = 64;
const sampledOften = 4096;
const sampleEveryLater = 1024;
/** Prefilters are built anew when so many rows of their log source were seen, then at every further `rebuildRows`. */
const rebuildAt = [16_384, 1_048_576];
const rebuildRows = 4_194_304;

interface BlockPlan {
  readonly block: EventBlock;
  /** By number of the key in the block; null where no rule asks. */
  readonly keys: readonly (PlacePlan | null)[];
  readonly columns: readonly { readonly starts: Int32Array; readonly ends: Int32Array; readonly plan: PlacePlan }[];
}

/** The rules of one log source and which of them an event may match. */
export class LogsourceRules {
  readonly logsource: Logsource;
  readonly rules: readonly SingleRule[];
  readonly #columns: readonly BlockColumn[];
  readonly #sample: GramSample;
  readonly #stamps: Int32Array;
  readonly #found: number[] = [];
  readonly #value: ScannedValue = { bytes: new Uint8Array(0), start: 0, end: 0, salt: 0, isText: false };
  #serial = 0;
  #rows = 0;
  #builds = 0;
  #prefilter: Prefilter | undefined;
  #plan: BlockPlan | undefined;
  readonly #add: (owners: Int32Array) => void;

  constructor(logsource: Logsource, rules: readonly SingleRule[], columns: readonly BlockColumn[], sample: GramSample) {
    this.logsource = logsource;
    this.rules = rules;
    this.#columns = columns;
    this.#sample = sample;
    this.#stamps = new Int32Array(rules.length);
    this.#add = (owners) => {
      for (const owner of owners) {
        if (this.#stamps[owner] === this.#serial) continue;
        this.#stamps[owner] = this.#serial;
        this.#found.push(owner);
      }
    };
  }

  /** Numbers of the rules that may match the row; valid until the next call. */
  candidates(block: EventBlock, row: number): readonly number[] {
    const prefilter = this.#prefilterAt(block, row);
    if (this.#plan?.block !== block) this.#plan = planOf(block, prefilter, this.#columns);
    const plan = this.#plan;
    this.#rows += 1;
    if (this.#rows % (this.#rows <= sampledOften ? sampleEvery : sampleEveryLater) === 0) this.#count(block, row);
    this.#serial += 1;
    this.#found.length = 0;
    this.#add(prefilter.always);
    for (const { starts, ends, plan: of } of plan.columns) {
      this.#look(prefilter, block.bytes, starts[row] ?? 0, ends[row] ?? -1, of);
    }
    this.#lookAtFields(prefilter, plan.keys, block, row);
    return this.#found;
  }

  #lookAtFields(prefilter: Prefilter, plans: BlockPlan['keys'], { bytes, fields }: EventBlock, row: number): void {
    const { starts, ends } = fields.values;
    const last = fields.offsets[row + 1] ?? 0;
    for (let at = fields.offsets[row] ?? 0; at < last; at += 1) {
      const plan = plans[fields.keyAt[at] ?? 0];
      if (plan !== null && plan !== undefined) this.#look(prefilter, bytes, starts[at] ?? 0, ends[at] ?? -1, plan);
    }
  }

  #look(prefilter: Prefilter, bytes: Uint8Array, start: number, end: number, plan: PlacePlan): void {
    if (end < 0) return;
    if (plan.presence.length > 0) this.#add(plan.presence);
    if (plan.scanned) {
      const value = this.#value;
      value.bytes = bytes;
      value.start = start;
      value.end = end;
      value.salt = plan.salt;
      value.isText = plan.isText;
      prefilter.index.scan(value, this.#add);
    }
    for (const pairs of plan.short) pairs.scan(bytes, start, end, this.#add);
  }

  /** The one there is, or a new one when it is time. */
  #prefilterAt(block: EventBlock, row: number): Prefilter {
    if (this.#prefilter === undefined) {
      for (let next = row; next < Math.min(block.rows, row + firstSample); next += 1) this.#count(block, next);
    }
    const due = rebuildAt[this.#builds - 1] ?? rebuildRows * (this.#builds - rebuildAt.length);
    if (this.#prefilter === undefined || this.#rows >= due) {
      if (this.#builds >= rebuildAt.length) this.#sample.fade();
      this.#builds += 1;
      this.#prefilter = buildPrefilter(
        this.rules.map((rule) => rule.expression),
        this.#sample
      );
      this.#plan = undefined;
    }
    return this.#prefilter;
  }

  /** Puts a row's values into the sample. */
  #count(block: EventBlock, row: number): void {
    const { bytes, fields, texts } = block;
    const sample = this.#sample;
    sample.rows += 1;
    const add = (start: number | undefined, end: number | undefined, place: string): void => {
      if (start === undefined || end === undefined || end < 0) return;
      sample.add(bytes, start, end, saltOf(place));
    };
    for (const name of this.#columns) {
      const places = texts.get(name);
      if (places !== undefined) add(places.starts[row], places.ends[row], name);
    }
    for (let at = fields.offsets[row] ?? 0; at < (fields.offsets[row + 1] ?? 0); at += 1) {
      add(fields.values.starts[at], fields.values.ends[at], `fields[${fields.keys[fields.keyAt[at] ?? 0] ?? ''}]`);
    }
  }
}

function planOf(block: EventBlock, prefilter: Prefilter, columns: readonly BlockColumn[]): BlockPlan {
  return {
    block,
    keys: block.fields.keys.map((key) => prefilter.planOf(`fields[${key}]`, true) ?? null),
    columns: columns.flatMap((name) => {
      const [places, plan] = [block.texts.get(name), prefilter.planOf(name, name === 'message')];
      return places === undefined || plan === undefined ? [] : [{ ...places, plan }];
    }),
  };
}
