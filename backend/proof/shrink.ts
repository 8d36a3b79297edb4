import type { EventRow } from '../src/detect/rule.ts';

/** Simpler forms of a text, the boldest first. */
function simplerTexts(text: string): string[] {
  const points = Array.from(text);
  const half = Math.floor(points.length / 2);
  const halves = points.length < 2 ? [] : [points.slice(0, half), points.slice(half)];
  const cuts = points.length > 200 ? [] : points.map((_, at) => points.toSpliced(at, 1));
  return [...halves, ...cuts].map((part) => part.join(''));
}

/** Simpler forms of an event: a value less, or a shorter one. */
function simplerEvents(event: EventRow): EventRow[] {
  const entries = Object.entries(event.fields);
  const without = entries.map((_, at) => ({ ...event, fields: Object.fromEntries(entries.toSpliced(at, 1)) }));
  const shorter = entries.flatMap(([name, value]) =>
    simplerTexts(value ?? '').map((text) => ({ ...event, fields: { ...event.fields, [name]: text } }))
  );
  const texts = ['user', 'host', 'src_ip', 'dst_ip', 'dst_port', 'process_image', 'command_line', 'http_url'] as const;
  const columns = texts.flatMap((column) => {
    const value = event[column];
    return value === null ? [] : [null, ...simplerTexts(value)].map((text) => ({ ...event, [column]: text }));
  });
  const messages = simplerTexts(event.message).map((message) => ({ ...event, message }));
  return [...without, ...columns, ...messages, ...shorter];
}

/** Most rounds of looking for a simpler event. */
const roundsMax = 60;

/** The smallest event found that still disagrees; `disagreeing` gives those of many that do, in their order. */
export async function shrink(
  event: EventRow,
  disagreeing: (events: readonly EventRow[]) => Promise<readonly EventRow[]>
): Promise<EventRow> {
  let smallest = event;
  for (let round = 0; round < roundsMax; round++) {
    const candidates = simplerEvents(smallest).map((candidate, at) => ({ ...candidate, id: numbered(event.id, at) }));
    const next = candidates.length === 0 ? undefined : (await disagreeing(candidates))[0];
    if (next === undefined) break;
    smallest = next;
  }
  return smallest;
}

function numbered(id: string, at: number): string {
  return id.slice(0, -8) + at.toString(16).padStart(8, '0');
}
