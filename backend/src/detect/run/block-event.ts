import { eventIdAt, type BlockText, type EventBlock } from '../../store/event-block.ts';
import type { EventRow, Logsource } from '../rule.ts';

/** A block with what all its rows share. */
export class BlockRows {
  readonly block: EventBlock;
  readonly #keyNumbers: ReadonlyMap<string, number>;

  constructor(block: EventBlock) {
    this.block = block;
    this.#keyNumbers = new Map(block.fields.keys.map((key, number) => [key, number]));
  }

  /** Decoded; null for NULL. Throws for a column that was not read: a rule must not take it for missing. */
  text(name: BlockText, row: number): string | null {
    const places = this.block.texts.get(name);
    if (places === undefined) throw new Error(`column ${name} was not read`);
    return this.#decoded(places.starts[row] ?? 0, places.ends[row] ?? -1);
  }

  keyText(key: string, row: number): string | null {
    const wanted = this.#keyNumbers.get(key);
    if (wanted === undefined) return null;
    const { offsets, keyAt, values } = this.block.fields;
    const end = offsets[row + 1] ?? 0;
    for (let at = offsets[row] ?? 0; at < end; at += 1) {
      if (keyAt[at] === wanted) return this.#decoded(values.starts[at] ?? 0, values.ends[at] ?? -1);
    }
    return null;
  }

  fields(row: number): Record<string, string | null> {
    const { offsets, keyAt, keys, values } = this.block.fields;
    const entries: [string, string | null][] = [];
    for (let at = offsets[row] ?? 0; at < (offsets[row + 1] ?? 0); at += 1) {
      entries.push([keys[keyAt[at] ?? 0] ?? '', this.#decoded(values.starts[at] ?? 0, values.ends[at] ?? -1)]);
    }
    // As `fields[key]` does: of a key that stands there twice, the first.
    return Object.fromEntries(entries.reverse());
  }

  #decoded(start: number, end: number): string | null {
    return end < 0 ? null : this.block.bytes.toString('utf8', start, end);
  }
}

const numberOf = (text: string | null): number | null => (text === null ? null : Number(text));

/** One row of a block as rules see it: what they ask for is decoded then, and not before. Valid as long as its block. */
export class BlockEvent implements EventRow {
  readonly #of: BlockRows;
  readonly #row: number;
  readonly product: string;
  readonly category: string;
  readonly service: string;

  constructor(rows: BlockRows, row: number, { product, category, service }: Logsource) {
    this.product = product;
    this.category = category;
    this.service = service;
    this.#of = rows;
    this.#row = row;
  }

  keyText(key: string): string | null {
    return this.#of.keyText(key, this.#row);
  }

  #text(name: BlockText): string | null {
    return this.#of.text(name, this.#row);
  }

  get id() { return eventIdAt(this.#of.block, this.#row); } // prettier-ignore
  get ts_ms() { return Number(this.#of.block.tsMs[this.#row] ?? 0n); } // prettier-ignore
  get received_ms() { return Number(this.#of.block.receivedMs[this.#row] ?? 0n); } // prettier-ignore
  get ts() { return new Date(this.ts_ms).toISOString(); } // prettier-ignore
  get received_at() { return new Date(this.received_ms).toISOString(); } // prettier-ignore
  get fields() { return this.#of.fields(this.#row); } // prettier-ignore
  get source() { return this.#text('source') ?? ''; } // prettier-ignore
  get parser() { return this.#text('parser') ?? ''; } // prettier-ignore
  get run_id() { return this.#text('run_id') ?? ''; } // prettier-ignore
  get severity() { return numberOf(this.#text('severity')); } // prettier-ignore
  get facility() { return numberOf(this.#text('facility')); } // prettier-ignore
  get host() { return this.#text('host'); } // prettier-ignore
  get src_ip() { return this.#text('src_ip'); } // prettier-ignore
  get dst_ip() { return this.#text('dst_ip'); } // prettier-ignore
  get src_port() { return this.#text('src_port'); } // prettier-ignore
  get dst_port() { return this.#text('dst_port'); } // prettier-ignore
  get src_mac() { return this.#text('src_mac'); } // prettier-ignore
  get dst_mac() { return this.#text('dst_mac'); } // prettier-ignore
  get protocol() { return this.#text('protocol'); } // prettier-ignore
  get user() { return this.#text('user'); } // prettier-ignore
  get target_user() { return this.#text('target_user'); } // prettier-ignore
  get program() { return this.#text('program'); } // prettier-ignore
  get pid() { return this.#text('pid'); } // prettier-ignore
  get action() { return this.#text('action'); } // prettier-ignore
  get outcome() { return this.#text('outcome'); } // prettier-ignore
  get dns_query() { return this.#text('dns_query'); } // prettier-ignore
  get http_url() { return this.#text('http_url'); } // prettier-ignore
  get process_image() { return this.#text('process_image'); } // prettier-ignore
  get command_line() { return this.#text('command_line'); } // prettier-ignore
  get message() { return this.#text('message') ?? ''; } // prettier-ignore
}
