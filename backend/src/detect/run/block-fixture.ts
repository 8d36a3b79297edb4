import { blockColumns, type BlockText, type EventBlock } from '../../store/event-block.ts';
import type { TextPlaces } from '../../store/native-reader.ts';
import type { EventRow } from '../rule.ts';

/** Gathers texts as they would stand in a block. */
class Texts {
  readonly pieces: Buffer[] = [];
  #length = 0;

  places(values: readonly (string | null)[]): TextPlaces {
    const [starts, ends] = [new Int32Array(values.length), new Int32Array(values.length)];
    values.forEach((value, at) => {
      const bytes = Buffer.from(value ?? '', 'utf8');
      this.pieces.push(bytes);
      starts[at] = this.#length;
      this.#length += bytes.length;
      ends[at] = value === null ? -1 : this.#length;
    });
    return { starts, ends };
  }
}

const numberText = (value: string | number | null): string | null => (value === null ? null : String(value));

/** Tests only: rows as a block of the store, with every column. Ids are all zero. */
export function blockOf(events: readonly EventRow[]): EventBlock {
  const texts = new Texts();
  const names: readonly BlockText[] = ['run_id', 'product', 'category', 'service', ...blockColumns];
  const columns = new Map(names.map((name) => [name, texts.places(events.map((event) => numberText(event[name])))]));
  const entries = events.map(({ fields }) => Object.entries(fields));
  const keys = [...new Set(entries.flatMap((of) => of.map(([key]) => key)))];
  const numbers = new Map(keys.map((key, at) => [key, at]));
  const offsets = new Int32Array(events.length + 1);
  entries.forEach((of, at) => {
    offsets[at + 1] = (offsets[at] ?? 0) + of.length;
  });
  const values = texts.places(entries.flatMap((of) => of.map(([, value]) => value)));
  const times = BigInt64Array.from(events.map(({ ts }) => BigInt(Date.parse(ts))));
  return {
    rows: events.length,
    bytes: Buffer.concat([...texts.pieces, Buffer.alloc(16 * events.length)]),
    idStart: texts.pieces.reduce((sum, piece) => sum + piece.length, 0),
    tsMs: times,
    receivedMs: times,
    texts: columns,
    fields: { offsets, keys, keyAt: Int32Array.from(entries.flatMap((of) => of.map(([key]) => numbers.get(key) ?? 0))), values },
  }; // prettier-ignore
}
