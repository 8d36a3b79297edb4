import { sqlText } from '../shape.ts';
import { eventKey, readWindowsLogsources, type WindowsLogsources } from './logsources.ts';

/** Values of an event's System part: Winlogbeat's names (version 6; later ones say `winlog.` before), and Windows'. */
const systemNames: Readonly<Record<string, string>> = {
  event_id: 'EventID',
  version: 'Version',
  task: 'Task',
  opcode: 'Opcode',
  keywords: 'Keywords',
  computer_name: 'Computer',
  provider_guid: 'Provider_Guid',
  activity_id: 'Correlation_ActivityID',
  related_activity_id: 'Correlation_RelatedActivityID',
  'user.identifier': 'Security_UserID',
};
const beatsNames: readonly (readonly [string, string])[] = [
  ...Object.entries(systemNames).flatMap(([beats, windows]) => [
    [beats, windows] as const,
    [`winlog.${beats}`, windows] as const,
  ]),
  ['winlog.channel', 'Channel'],
  ['winlog.provider_name', 'Provider_Name'],
  ['winlog.record_id', 'EventRecordID'],
  ['winlog.process.pid', 'Execution_ProcessID'],
  ['winlog.process.thread.id', 'Execution_ThreadID'],
  ['log_name', 'Channel'],
  ['source_name', 'Provider_Name'],
  ['record_number', 'EventRecordID'],
  ['process_id', 'Execution_ProcessID'],
  ['thread_id', 'Execution_ThreadID'],
];

/**
 * What the parser makes JSON of: the message without what stands around it. Bytes that are not UTF-8 become U+FFFD and
 * halves of surrogate pairs go: for either the engine reads nothing of a document, and an intruder could hide in that.
 */
const document = String.raw`toValidUTF8(trimBoth(if(multiSearchAny(_message, ['\\ud', '\\uD']), replaceRegexpAll(_message, '(\\\\u[dD][89abAB][0-9a-fA-F][0-9a-fA-F]\\\\u[dD][c-fC-F][0-9a-fA-F][0-9a-fA-F]|\\\\[^u])|\\\\u[dD][89a-fA-F][0-9a-fA-F][0-9a-fA-F]', '\\1'), _message), ' \t\r\n\0\xEF\xBB\xBF'))`;

const list = (texts: readonly string[]) => `[${texts.map(sqlText).join(', ')}]`;
const numbers = (rows: readonly number[]) => `[${rows.map(String).join(', ')}]`;

/** Tables of constants over the file; row 0 is what stands for no row. */
function eventTables({ events }: WindowsLogsources): Record<string, string> {
  const rows = events.map((event, index) => ({ event, row: index + 1 }));
  const typed = rows.filter(({ event }) => event.event_type !== undefined);
  const plain = rows.filter(({ event }) => event.event_type === undefined);
  const pairs = events.map(
    ({ also }) =>
      `[${Object.entries(also)
        .map((pair) => `(${pair.map(sqlText).join(', ')})`)
        .join(', ')}]`
  );
  return {
    events: list(plain.map(({ event }) => eventKey(event))),
    event_rows: numbers(plain.map(({ row }) => row)),
    typed_events: list(typed.map(({ event }) => eventKey(event))),
    typed_event_rows: numbers(typed.map(({ row }) => row)),
    row_categories: list(['', ...events.map(({ category }) => category)]),
    row_actions: list(['', ...events.map(({ action }) => action)]),
    row_outcomes: list(['', ...events.map(({ outcome }) => outcome)]),
    also: `[[], ${pairs.join(', ')}]`,
  };
}

/** What claim.sql and parser.sql of this folder name in double braces. */
export function windowsTables(logsources: WindowsLogsources): Readonly<Record<string, string>> {
  const { channels } = logsources;
  const others = channels.filter(({ product }) => product !== 'windows');
  return {
    document,
    beats_names: list(beatsNames.map(([beats]) => beats)),
    windows_names: list(beatsNames.map(([, windows]) => windows)),
    channels: list(channels.map(({ channel }) => channel.toLowerCase())),
    channel_services: list(channels.map(({ service }) => service)),
    other_channels: list(others.map(({ channel }) => channel.toLowerCase())),
    other_products: list(others.map(({ product }) => product)),
    ...eventTables(logsources),
  };
}

export const windowsPlaceholders = windowsTables(readWindowsLogsources());
