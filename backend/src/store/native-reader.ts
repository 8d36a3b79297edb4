/** Texts of a column or of all values of a map, as places in `NativeReader.bytes`: [start, end), end -1 for NULL. */
export interface TextPlaces {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** A `Map(LowCardinality(String), Nullable(String))`: entries of row n are [offsets[n], offsets[n + 1]). */
export interface MapPlaces {
  readonly offsets: Int32Array;
  /** Per entry, the number of its key in `keys`. */
  readonly keyAt: Int32Array;
  readonly keys: readonly string[];
  readonly values: TextPlaces;
}

const firstBytes = 1 << 20;
/** A block that is larger is no block of ours. */
const blockBytesMax = 1 << 30;
const indexBytes = [1, 2, 4] as const;

/**
 * Bytes of ClickHouse's format Native at protocol revision 0, which is what HTTP gives: blocks of columns, each with name
 * and type. Texts are not decoded: what is read says where they stand. Throws on anything that ends early or is too large.
 */
export class NativeReader {
  /** The block that is read, and what came after it; places hold until `nextBlock`. */
  bytes = Buffer.allocUnsafe(firstBytes);
  #at = 0;
  #end = 0;
  readonly #source: AsyncIterator<Uint8Array>;
  /** Arrays of earlier blocks, used again in the order in which they were asked for: new ones would be garbage soon. */
  readonly #arrays: Int32Array[] = [];
  #arraysUsed = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Columns and rows of the next block; undefined at the end. */
  async nextBlock(): Promise<{ columns: number; rows: number } | undefined> {
    this.bytes.copyWithin(0, this.#at, this.#end);
    this.#end -= this.#at;
    this.#at = 0;
    this.#arraysUsed = 0;
    while (this.#end === 0) if (!(await this.#more())) return undefined;
    return { columns: await this.#count(), rows: await this.#count() };
  }

  /** A short text: a column's name or type. */
  async text(): Promise<string> {
    const { starts, ends } = await this.texts(1);
    return this.bytes.toString('utf8', starts[0], ends[0]);
  }

  async texts(count: number): Promise<TextPlaces> {
    const places = { starts: this.#array(count), ends: this.#array(count) };
    for (let done = this.#walk(0, places); done < count; done = this.#walk(done, places)) await this.#fill();
    return places;
  }

  async nullableTexts(count: number): Promise<TextPlaces> {
    const [nulls] = await this.fixed(count);
    const places = await this.texts(count);
    for (let at = 0; at < count; at += 1) if (this.bytes[nulls + at] === 1) places.ends[at] = -1;
    return places;
  }

  /** Start and end of that many bytes. */
  async fixed(length: number): Promise<[start: number, end: number]> {
    while (this.#end - this.#at < length) await this.#fill();
    this.#at += length;
    return [this.#at - length, this.#at];
  }

  /** Dictionary and index of a `LowCardinality(...)` of texts, without its version. */
  async dictionary(count: number): Promise<{ entries: TextPlaces; index: Int32Array }> {
    if (count === 0)
      return { entries: { starts: new Int32Array(0), ends: new Int32Array(0) }, index: new Int32Array(0) };
    const flags = await this.#number64();
    const width = indexBytes[flags & 0xff];
    if (width === undefined || (flags & 0x200) === 0) throw new Error(`Native: a dictionary with flags ${flags}`);
    const entries = await this.texts(await this.#number64());
    if ((await this.#number64()) !== count) throw new Error('Native: a dictionary for another number of rows');
    const [start] = await this.fixed(count * width);
    return { entries, index: this.#indexes(start, count, width) };
  }

  /** The version that begins a `LowCardinality` column; a map's stands before its offsets. */
  async dictionaryVersion(): Promise<void> {
    const version = await this.#number64();
    if (version !== 1) throw new Error(`Native: a dictionary of version ${version}`);
  }

  async dictionaryTexts(count: number, nullable: boolean): Promise<TextPlaces> {
    await this.dictionaryVersion();
    const { entries, index } = await this.dictionary(count);
    // The first entry of a nullable dictionary stands for NULL.
    if (nullable) entries.ends[0] = -1;
    const places = { starts: this.#array(count), ends: this.#array(count) };
    for (let at = 0; at < count; at += 1) {
      const entry = index[at] ?? 0;
      places.starts[at] = entries.starts[entry] ?? 0;
      places.ends[at] = entries.ends[entry] ?? -1;
    }
    return places;
  }

  async map(count: number): Promise<MapPlaces> {
    await this.dictionaryVersion();
    const offsets = this.#array(count + 1);
    offsets[0] = 0;
    const [start] = await this.fixed(count * 8);
    // A block has less than 2 GiB, so the upper half is 0.
    for (let at = 0; at < count; at += 1) offsets[at + 1] = this.bytes.readUInt32LE(start + at * 8);
    const entries = offsets[count] ?? 0;
    const keys = await this.dictionary(entries);
    const names = Array.from(keys.entries.starts, (from, at) =>
      this.bytes.toString('utf8', from, keys.entries.ends[at])
    );
    return { offsets, keyAt: keys.index, keys: names, values: await this.nullableTexts(entries) };
  }

  /** Ends the source when the reader is left early. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  /** Places of the texts from number `done` on, as far as there are bytes; gives the number of the next one. */
  #walk(done: number, { starts, ends }: TextPlaces): number {
    const [bytes, end, count] = [this.bytes, this.#end, starts.length];
    let [at, next] = [this.#at, done];
    for (; next < count; next += 1) {
      let from = at;
      let byte = 0x80;
      let length = 0;
      for (let shift = 0; byte >= 0x80 && from < end; shift += 7) {
        byte = bytes[from] ?? 0;
        length += (byte & 0x7f) * 2 ** shift;
        from += 1;
      }
      if (length > blockBytesMax) throw new Error('Native: a text that is too long');
      if (byte >= 0x80 || from + length > end) break;
      starts[next] = from;
      at = from + length;
      ends[next] = at;
    }
    this.#at = at;
    return next;
  }

  #array(length: number): Int32Array {
    const known = this.#arrays[this.#arraysUsed];
    const array = known !== undefined && known.length >= length ? known : new Int32Array(length);
    this.#arrays[this.#arraysUsed] = array;
    this.#arraysUsed += 1;
    return array.length === length ? array : array.subarray(0, length);
  }

  #indexes(start: number, count: number, width: 1 | 2 | 4): Int32Array {
    const { bytes } = this;
    const index = this.#array(count);
    if (width === 1) for (let at = 0; at < count; at += 1) index[at] = bytes[start + at] ?? 0;
    else if (width === 2) for (let at = 0; at < count; at += 1) index[at] = bytes.readUInt16LE(start + at * 2);
    else for (let at = 0; at < count; at += 1) index[at] = bytes.readUInt32LE(start + at * 4);
    return index;
  }

  async #count(): Promise<number> {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const [start] = await this.fixed(1);
      const byte = this.bytes[start] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  async #number64(): Promise<number> {
    const [start] = await this.fixed(8);
    return Number(this.bytes.readBigUInt64LE(start));
  }

  async #fill(): Promise<void> {
    if (!(await this.#more())) throw new Error('Native: the result ends inside a block');
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) return false;
    const needed = this.#end + next.value.length;
    if (needed > blockBytesMax) throw new Error('Native: a block that is too large');
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
      this.bytes.copy(larger, 0, 0, this.#end);
      this.bytes = larger;
    }
    this.bytes.set(next.value, this.#end);
    this.#end = needed;
    return true;
  }
}
