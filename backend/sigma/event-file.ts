import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { messageOf } from '../src/error.ts';

/** An event of a file: its values by name as Sigma rules write them, and its log source where it says one. */
export interface FileEvent {
  /** From 1. */
  readonly line: number;
  readonly values: ReadonlyMap<string, string | null>;
  readonly logsource: Readonly<Partial<Record<'product' | 'category' | 'service', string>>>;
}

/** A line that is no event. */
export interface BadLine {
  readonly line: number;
  readonly message: string;
}

const json = z.record(z.string(), z.unknown());
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Values of nested objects under names joined by dots; lists stay JSON. */
function flattened(object: Record<string, unknown>, prefix: string, into: Map<string, string | null>): void {
  for (const [name, value] of Object.entries(object)) {
    if (isObject(value)) flattened(value, `${prefix}${name}.`, into);
    else into.set(`${prefix}${name}`, textOf(value));
  }
}

/** A Windows value under its own name without blanks; `{"#text": 1}` is 1, other objects stay JSON. */
function windowsValues(part: unknown, into: Map<string, string | null>): void {
  if (!isObject(part)) return;
  for (const [name, value] of Object.entries(part)) {
    const plain = isObject(value) && '#text' in value ? value['#text'] : value;
    if (name === 'Provider' && isObject(value)) {
      const attributes = isObject(value['#attributes']) ? value['#attributes'] : value;
      into.set('Provider_Name', textOf(attributes['Name']));
    } else into.set(name.replaceAll(' ', ''), textOf(plain));
  }
}

/** Event Log as JSON by evtx_dump (`Event.System`, `Event.EventData`) or Winlogbeat (`winlog.event_data`). */
function windowsEvent(object: Record<string, unknown>, into: Map<string, string | null>): void {
  const event = object['Event'];
  if (isObject(event)) {
    windowsValues(event['System'], into);
    windowsValues(event['EventData'], into);
    if (isObject(event['UserData'])) Object.values(event['UserData']).forEach((part) => windowsValues(part, into));
  }
  const winlog = object['winlog'];
  if (isObject(winlog)) {
    windowsValues(winlog['event_data'], into);
    const head = { EventID: 'event_id', Channel: 'channel', Provider_Name: 'provider_name', Computer: 'computer_name' };
    for (const [name, key] of Object.entries(head)) into.set(name, textOf(winlog[key]));
  }
}

/**
 * Reads an event: a flat or nested JSON object (nested names joined by dots, as they are), an Event Log record as
 * evtx_dump or Winlogbeat write it (its values under their Windows names too), or a row of our table `event` (`fields`).
 */
function eventOf(object: Record<string, unknown>, line: number): FileEvent {
  const values = new Map<string, string | null>();
  const { fields, ...rest } = object;
  flattened(isObject(fields) ? rest : object, '', values);
  if (isObject(fields)) for (const [name, value] of Object.entries(fields)) values.set(name, textOf(value));
  windowsEvent(object, values);
  const logsource: Partial<Record<'product' | 'category' | 'service', string>> = {};
  if (isObject(fields)) {
    for (const part of ['product', 'category', 'service'] as const) {
      const value = object[part];
      if (typeof value === 'string') logsource[part] = value;
    }
  }
  return { line, values, logsource };
}

/** The events of an NDJSON file, in order; empty lines are passed over. Throws when the file cannot be read. */
export async function* readEvents(path: string): AsyncGenerator<FileEvent | BadLine> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  let line = 0;
  for await (const text of lines) {
    line += 1;
    const trimmed = text.replace(/^\uFEFF/, '').trim();
    if (trimmed === '') continue;
    try {
      yield eventOf(json.parse(JSON.parse(trimmed)), line);
    } catch (error) {
      yield { line, message: error instanceof z.ZodError ? 'an event is a JSON object' : messageOf(error) };
    }
  }
}
