import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readWindowsLogsources, windowsLogsources } from './logsources.ts';
import { windowsTables } from './tables.ts';

const channels = [{ channel: 'Security', service: 'security' }];
const event = { service: 'security', id: 4688, action: 'process_started' };

describe('windows-logsources.yml', () => {
  const file = readWindowsLogsources();
  const page = readFileSync(fileURLToPath(new URL('../../../docs/reference/parsers.md', import.meta.url)), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));

  it.each(file.events)('$service $id, $action, is on the reference page', ({ service, id, action, outcome }) => {
    const said = rows.filter((row) => row.startsWith(`| \`${action}\` `) && row.includes(service));
    expect(said.filter((row) => row.includes(String(id)) && row.includes(outcome || 'by keywords'))).toHaveLength(1);
  });

  it('names a category for every Sysmon event', () => {
    const sysmon = file.events.filter(({ service }) => service === 'sysmon');
    expect(sysmon.filter(({ category }) => category === '')).toEqual([]);
    expect(new Set(sysmon.map(({ id }) => id))).toEqual(new Set([...Array.from({ length: 29 }, (_, n) => n + 1), 255]));
  });
});

const sigmahq = fileURLToPath(new URL('../../../../shared/data/sigmahq', import.meta.url));
const present = existsSync(sigmahq);
if (!present) process.stdout.write('no SigmaHQ rules: their log sources are not compared with the channels\n');
it('finds SigmaHQ where it is required', () => {
  expect(present || process.env['LOGLAKE_CORPORA'] !== 'required').toBe(true);
});

describe.skipIf(!present)('SigmaHQ’s log sources of Windows', () => {
  const texts = (present ? readdirSync(sigmahq, { recursive: true, encoding: 'utf8' }) : [])
    .filter((name) => name.endsWith('.yml'))
    .flatMap(
      (name) => /^logsource:\r?\n((?: +.*\r?\n)+)/m.exec(readFileSync(path.join(sigmahq, name), 'utf8'))?.[1] ?? []
    )
    .filter((text) => /^ +product: windows\b/m.test(text));
  const named = (part: string) =>
    new Set(texts.flatMap((text) => new RegExp(`^ +${part}: ([\\w-]+)`, 'm').exec(text)?.[1] ?? []));
  const { channels, events } = readWindowsLogsources();

  it('each service has a channel', () => {
    const ours = new Set(channels.map(({ service }) => service));
    expect(named('service').size).toBeGreaterThan(30);
    expect([...named('service')].filter((service) => !ours.has(service))).toEqual([]);
  });
  it('each category has an event, but those of kernel tracing', () => {
    const ours = new Set(events.map(({ category }) => category));
    expect(named('category').size).toBeGreaterThan(20);
    expect([...named('category')].filter((category) => !ours.has(category)).sort()).toEqual([
      'file_access',
      'file_rename',
    ]);
  });
});

describe('a file of another shape is refused, with what is wrong', () => {
  const issues = (value: unknown) => windowsLogsources.safeParse(value).error?.issues.map(({ message }) => message);

  it('takes the smallest file', () => {
    expect(issues({ channels, events: [event] })).toBeUndefined();
  });
  it('names a channel and an event that stand twice, and an event whose service no channel has', () => {
    const twice = [...channels, { channel: 'SECURITY', service: 'security' }];
    expect(issues({ channels: twice, events: [event, event, { ...event, service: 'nobody' }] })).toEqual([
      'channel security stands twice',
      'event security 4688 stands twice',
      'event nobody 4688: no channel has that service',
    ]);
  });
  it('takes two rows for one id when the event type tells them apart', () => {
    expect(issues({ channels, events: [event, { ...event, event_type: 'X' }] })).toBeUndefined();
  });
  it.each([
    ['an unknown key', { channels, events: [{ ...event, categry: 'x' }] }],
    ['an outcome of its own', { channels, events: [{ ...event, outcome: 'maybe' }] }],
    ['an action that is not snake_case', { channels, events: [{ ...event, action: 'Process Started' }] }],
    ['no events', { channels }],
  ])('refuses %s', (_, value) => {
    expect(issues(value)).not.toBeUndefined();
  });
});

describe('windowsTables', () => {
  it('gives row n of the file place n + 1, for an event type before the id alone', () => {
    const tables = windowsTables(
      windowsLogsources.parse({
        channels: [...channels, { channel: "It's", service: 'own', product: 'linux' }],
        events: [
          { ...event, category: 'c', also: { Image: 'NewProcessName' } },
          { service: 'own', id: 1, event_type: 'T', action: 'b', outcome: 'failure' },
        ],
      })
    );
    expect(tables).toMatchObject({
      channels: String.raw`['security', 'it\'s']`,
      channel_services: "['security', 'own']",
      other_channels: String.raw`['it\'s']`,
      other_products: "['linux']",
      events: "['security 4688']",
      event_rows: '[1]',
      typed_events: "['own 1 T']",
      typed_event_rows: '[2]',
      row_categories: "['', 'c', '']",
      row_actions: "['', 'process_started', 'b']",
      row_outcomes: "['', '', 'failure']",
      also: "[[], [('Image', 'NewProcessName')], []]",
    });
  });
});
