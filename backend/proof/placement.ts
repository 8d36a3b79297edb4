import { createHash } from 'node:crypto';
import { emptyEvent } from '../src/detect/empty-event.ts';
import type { FieldSource } from '../src/detect/pipeline/pipeline.ts';
import type { EventRow, Logsource } from '../src/detect/rule.ts';
import type { FieldValues } from './generate/event.ts';
import type { Random } from './generate/random.ts';
import type { SigmaEvent } from './oracle/item.ts';

/** Where a Sigma field stands; never empty. */
type Places = (field: string) => readonly FieldSource[];

/** When all events arrive, as yyyymmdd. */
export const arrivalDay = '20261121';

const at = '2026-11-21T08:50:00.000Z';
const empty: EventRow = { ...emptyEvent, ts: at, received_at: at, parser: 'proof' };

function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** What a column can hold of a text: numbers of a byte, times of milliseconds, a message that is never missing. */
function columnValue(column: keyof EventRow, value: string | null): string | number | null {
  if (column === 'severity' || column === 'facility') {
    return value !== null && /^\d{1,2}$/.test(value) ? Number(value) : null;
  }
  if (column === 'ts') {
    const time = Date.parse(value ?? '');
    const stored = time >= 0 && time < Date.UTC(2200, 0, 1);
    return stored ? new Date(time).toISOString() : empty.ts;
  }
  return column === 'message' ? (value ?? '') : value;
}

/** The row of `event` that holds the values, each in one of the places where the rule's pipeline looks for it. */
export function rowOf(
  name: string,
  values: FieldValues,
  at: { readonly places: Places; readonly route: Partial<Logsource>; readonly random: Random }
): EventRow {
  const columns: Record<string, string | number | null> = { message: values.message };
  const fields: [string, string | null][] = [];
  for (const [field, value] of values.fields) {
    const place = at.random.pick(at.places(field));
    if (place.kind === 'key') fields.push([place.key, value]);
    else columns[place.column] = columnValue(place.column, value);
  }
  return { ...empty, ...at.route, ...columns, id: idOf(name), fields: Object.fromEntries(fields) };
}

/** What a rule sees of a row: fields through its pipeline, keywords in the message and in every value of `fields`. */
export function sigmaEvent(row: EventRow, places: Places): SigmaEvent {
  const values = new Map(Object.entries(row.fields));
  const texts = [row.message, ...[...values.values()].filter((value) => value !== null)];
  const textAt = (place: FieldSource): string | null => {
    if (place.kind === 'key') return values.get(place.key) ?? null;
    const value = row[place.column];
    return value === null ? null : String(value);
  };
  return {
    texts,
    read: (field) =>
      places(field)
        .map(textAt)
        .filter((text) => text !== null),
  };
}
