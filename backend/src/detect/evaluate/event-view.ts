import type { EventColumn, FieldSource } from '../pipeline/pipeline.ts';
import type { EventRow } from '../rule.ts';
import { foldAscii } from './fold.ts';

/** Value of a column as text; null when the line does not say. */
function columnText(event: EventRow, column: EventColumn): string | null {
  const value = event[column];
  if (column === 'ts') return `${event.ts.slice(0, 10)}T${event.ts.slice(11, 23)}Z`;
  return typeof value === 'number' ? String(value) : value;
}

/** Value of a field where the pipeline put it; an explicit null and an absent key are both null. */
export function fieldText(event: EventRow, source: FieldSource): string | null {
  if (source.kind === 'column') return columnText(event, source.column);
  if (event.keyText !== undefined) return event.keyText(source.key);
  return Object.hasOwn(event.fields, source.key) ? (event.fields[source.key] ?? null) : null;
}

/**
 * The event that a set of rules looks at now. Rules that share a view share the work: a field is looked up and
 * folded once per event, however many rules ask. Rows must not be changed between two questions about them.
 */
export class EventView {
  readonly #sources: FieldSource[] = [];
  readonly #slots = new Map<string, number>();
  #event: EventRow | undefined;
  #generation = 0;
  readonly #rawAt: number[] = [];
  readonly #raw: (string | null)[] = [];
  readonly #foldedAt: number[] = [];
  readonly #folded: (string | null)[] = [];
  #keywordsAt = 0;
  #keywords: readonly string[] = [];
  #foldedKeywordsAt = 0;
  #foldedKeywords: readonly string[] = [];

  /** A number for the field, the same for the same source. */
  slotOf(source: FieldSource): number {
    const key = source.kind === 'column' ? `c ${source.column}` : `k ${source.key}`;
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const slot = this.#sources.push(source) - 1;
    this.#slots.set(key, slot);
    this.#rawAt.push(0);
    this.#raw.push(null);
    this.#foldedAt.push(0);
    this.#folded.push(null);
    return slot;
  }

  open(event: EventRow): void {
    if (event === this.#event) return;
    this.#event = event;
    this.#generation += 1;
  }

  /** As written. */
  raw(slot: number): string | null {
    if (this.#rawAt[slot] === this.#generation) return this.#raw[slot] ?? null;
    const source = this.#sources[slot];
    const value = this.#event === undefined || source === undefined ? null : fieldText(this.#event, source);
    this.#rawAt[slot] = this.#generation;
    this.#raw[slot] = value;
    return value;
  }

  /** Folded. */
  folded(slot: number): string | null {
    if (this.#foldedAt[slot] === this.#generation) return this.#folded[slot] ?? null;
    const raw = this.raw(slot);
    const value = raw === null ? null : foldAscii(raw);
    this.#foldedAt[slot] = this.#generation;
    this.#folded[slot] = value;
    return value;
  }

  /** The texts that keywords are looked for in: the message and every value of `fields`. */
  keywords(): readonly string[] {
    if (this.#keywordsAt !== this.#generation && this.#event !== undefined) {
      const { message, fields } = this.#event;
      this.#keywords = [message, ...Object.values(fields).filter((value) => value !== null)];
      this.#keywordsAt = this.#generation;
    }
    return this.#keywords;
  }

  foldedKeywords(): readonly string[] {
    if (this.#foldedKeywordsAt !== this.#generation) {
      this.#foldedKeywords = this.keywords().map(foldAscii);
      this.#foldedKeywordsAt = this.#generation;
    }
    return this.#foldedKeywords;
  }
}
