import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { parsersDirectory } from '../source-text.ts';

const name = z.string().regex(/^[a-z0-9_-]+$/);
const channel = z.strictObject({ channel: z.string().min(1), service: name, product: name.default('windows') });
const event = z.strictObject({
  service: name,
  /** EventID. */
  id: z.number().int().nonnegative(),
  /** The field EventType, where the id alone does not say. */
  event_type: z.string().min(1).optional(),
  /** Sigma's; '' when the event has none. */
  category: name.default(''),
  action: name,
  /** '' when the event itself says it, by its keywords. */
  outcome: z.enum(['success', 'failure', '']).default(''),
  /** Sigma's name of a field -> the event's. */
  also: z.record(z.string(), z.string()).default({}),
});
type WindowsEvent = z.infer<typeof event>;

/** `service id`, and the event type where there is one: what an event is looked up by. */
export function eventKey({
  service,
  id,
  event_type: type,
}: Pick<WindowsEvent, 'service' | 'id' | 'event_type'>): string {
  return [service, String(id), ...(type === undefined ? [] : [type])].join(' ');
}

const doubled = (keys: readonly string[]) => keys.filter((key, index) => keys.indexOf(key) !== index);

/** Shape of backend/pipelines/windows-logsources.yml. */
export const windowsLogsources = z
  .strictObject({ channels: z.array(channel), events: z.array(event) })
  .superRefine(({ channels, events }, context) => {
    const services = new Set(channels.map(({ service }) => service));
    const problems = [
      ...doubled(channels.map((each) => each.channel.toLowerCase())).map((key) => `channel ${key} stands twice`),
      ...doubled(events.map(eventKey)).map((key) => `event ${key} stands twice`),
      ...events
        .filter(({ service }) => !services.has(service))
        .map((each) => `event ${eventKey(each)}: no channel has that service`),
    ];
    for (const message of problems) context.addIssue({ code: 'custom', message });
  });
export type WindowsLogsources = z.infer<typeof windowsLogsources>;

/** The file of the source tree, also when the code runs from dist. Throws for a file of another shape. */
export function readWindowsLogsources(): WindowsLogsources {
  const file = path.resolve(parsersDirectory(), '../pipelines/windows-logsources.yml');
  return windowsLogsources.parse(parse(readFileSync(file, 'utf8')));
}
