import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { column, derived, field, logLines, type CorpusCase, type Expectation } from './corpus-case.ts';

/** What a plain reader says of an event: the oracle. */
interface Said {
  /** Every value under its name, as text; null is a value too. */
  readonly values: readonly (readonly [string, string])[];
  readonly channel: string;
  readonly id: string;
  readonly eventType: string;
  readonly host: string;
  /** As ISO 8601; '' when the event does not say. */
  readonly time: string;
  readonly message: string;
}

/** Log sources of the channels and ids of these corpora, by hand: service, then category. */
const services: Readonly<Record<string, string>> = {
  'microsoft-windows-sysmon/operational': 'sysmon',
  'linux-sysmon/operational': 'sysmon',
  'microsoft-windows-windows defender/operational': 'windefend',
  security: 'security',
  system: 'system',
  application: 'application',
};
const categories: Readonly<Record<string, string>> = {
  'sysmon 1': 'process_creation',
  'sysmon 3': 'network_connection',
  'sysmon 5': 'process_termination',
  'sysmon 7': 'image_load',
  'sysmon 9': 'raw_access_thread',
  'sysmon 10': 'process_access',
  'sysmon 11': 'file_event',
  // One recorder left EventType out.
  'sysmon 12': 'registry_event',
  'sysmon 12 CreateKey': 'registry_add',
  'sysmon 12 DeleteKey': 'registry_delete',
  'sysmon 12 DeleteValue': 'registry_delete',
  'sysmon 13': 'registry_set',
  'sysmon 22': 'dns_query',
  'sysmon 23': 'file_delete',
  'sysmon 24': 'clipboard_change',
  'security 4688': 'process_creation',
  'windefend 1119': 'antivirus',
};

function expectationsOf(said: Said): Expectation[] {
  const service = services[said.channel.toLowerCase()] ?? '';
  const key = `${service} ${said.id}`;
  const category = categories[`${key} ${said.eventType}`] ?? categories[key] ?? '';
  return [
    column('service', service, 'service'),
    column('category', category, 'category'),
    column('product', said.channel.startsWith('Linux-') ? 'linux' : 'windows', 'product'),
    column('host', said.host, 'host'),
    ...(said.time === '' ? [] : [column('time', said.time, 'ts')]),
    ...(said.message === '' ? [] : [column('message', said.message, 'message')]),
    ...said.values.map(([name, value]) => field(name, value, name.replaceAll(' ', ''))),
  ];
}

/** `2020-10-18 10:56:18.799`, with or without zone, to the millisecond; without one it is UTC. */
function isoTime(text: string): string {
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  return text === '' ? '' : new Date(zoned.replace(' ', 'T')).toISOString();
}

const hasZone = (text: string) => /(?:Z|[+-]\d\d:?\d\d)$/.test(text);
const object = z.record(z.string(), z.unknown());
const attributes = z.looseObject({ '#attributes': object });

/** Scalars of an object as text. JavaScript would round a number beyond 2^53: its text is taken from the line. */
function scalarsOf(value: Readonly<Record<string, unknown>>, line: string): (readonly [string, string])[] {
  return Object.entries(value).flatMap(([name, each]) => {
    if (typeof each === 'string' || typeof each === 'boolean') return [[name, String(each)] as const];
    if (typeof each !== 'number') return [];
    if (Number.isSafeInteger(each)) return [[name, String(each)] as const];
    const written = line.split(`"${name}":`)[1]?.match(/^ *(-?\d+)/)?.[1];
    return written === undefined ? [] : [[name, written] as const];
  });
}

/** Attributes of the elements of System, as `Provider_Name`. */
function attributesOf(system: Readonly<Record<string, unknown>>, line: string): (readonly [string, string])[] {
  return Object.entries(system).flatMap(([name, element]) => {
    const parsed = attributes.safeParse(element);
    if (!parsed.success) return [];
    return scalarsOf(parsed.data['#attributes'], line).map(([key, value]) => [`${name}_${key}`, value] as const);
  });
}

const evtx = z.object({ Event: z.object({ System: object, EventData: object.nullish() }) });

/** An event as evtx_dump writes it. */
function evtxSaid(line: string): Said {
  const { System: system, EventData: data } = evtx.parse(JSON.parse(line)).Event;
  const own = [...scalarsOf(system, line), ...attributesOf(system, line)];
  const values = [...own, ...scalarsOf(data ?? {}, line)];
  const of = (name: string) => values.find(([key]) => key === name)?.[1] ?? '';
  return {
    values,
    channel: of('Channel'),
    id: of('EventID'),
    eventType: of('EventType'),
    host: of('Computer'),
    time: isoTime(of('TimeCreated_SystemTime')),
    message: '',
  };
}

/** A flat event, as NXLog and OTRF's recorder write it. */
function flatSaid(line: string): Said {
  const all = scalarsOf(object.parse(JSON.parse(line)), line);
  const of = (name: string) => all.find(([key]) => key === name)?.[1] ?? '';
  const created = of('TimeCreated');
  const times = [hasZone(created) ? created : '', of('UtcTime'), of('@timestamp'), created, of('EventTime')];
  return {
    values: all.filter(([name]) => name !== 'Message'),
    channel: of('Channel'),
    id: of('EventID'),
    eventType: of('EventType'),
    host: of('Hostname'),
    time: isoTime(times.find((time) => time !== '') ?? ''),
    message: of('Message'),
  };
}

const reader = new XMLParser({
  ignoreAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  attributeNamePrefix: '@',
  isArray: (name) => name === 'Data',
});
const text = z.union([z.string(), z.looseObject({ '#text': z.string() }).transform((element) => element['#text'])]);
const datum = z.looseObject({ '@Name': z.string(), '#text': z.string().default('') });
const eventXml = z.object({
  Event: z.object({
    System: z.looseObject({
      EventID: text,
      Channel: text,
      Computer: text,
      TimeCreated: z.object({ '@SystemTime': z.string() }),
      Provider: z.object({ '@Name': z.string() }),
    }),
    EventData: z.object({ Data: z.array(z.unknown()) }),
  }),
});

/** An event as XML, read by fast-xml-parser; one that syslog cut in a value is closed for it. */
function xmlSaid(written: string): Said {
  const xml = written.trimEnd().endsWith('</Event>') ? written : `${written}</Data></EventData></Event>`;
  const { System: system, EventData: data } = eventXml.parse(reader.parse(xml.replaceAll(/^- |(?<=>)- /g, ''))).Event;
  const named = data.Data.flatMap((each) => datum.safeParse(each).data ?? []);
  return {
    values: [
      ['EventID', system.EventID],
      ['Channel', system.Channel],
      ['Provider_Name', system.Provider['@Name']],
      ...named.map((each) => [each['@Name'], each['#text']] as const),
    ],
    channel: system.Channel,
    id: system.EventID,
    eventType: named.find((each) => each['@Name'] === 'EventType')?.['#text'] ?? '',
    host: system.Computer,
    time: isoTime(system.TimeCreated['@SystemTime'].replace(/(\.\d{3})\d*/, '$1')),
    message: '',
  };
}

const azure = z.looseObject({ SyslogMessage: z.string() });

function caseOf(
  corpus: string,
  origin: string,
  line: string,
  said: Said,
  more: readonly Expectation[] = []
): CorpusCase {
  return { corpus, origin, line, envelope: {}, claim: 'windows', expectations: [...expectationsOf(said), ...more] };
}

function otrfCases(file: string): CorpusCase[] {
  return logLines(file).map((line, index) => {
    const origin = `${path.basename(file)}#${String(index)}`;
    const parsed = azure.safeParse(JSON.parse(line));
    return caseOf('windows-otrf', origin, line, parsed.success ? xmlSaid(parsed.data.SyslogMessage) : flatSaid(line));
  });
}

/** Documents of a file of evtx_dump, pretty-printed one after the other. */
function evtxCases(file: string): CorpusCase[] {
  const documents = readFileSync(file, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/(?<=^\})\s*(?=^\{)/m);
  return documents.map((document, index) =>
    caseOf('windows-evtx', `${path.basename(file)}#${String(index)}`, document, evtxSaid(document))
  );
}

/** What crowdsec's parser.assert says of the one event of its hub that is Windows'. */
function crowdsecXmlCases(folder: string): CorpusCase[] {
  const asserted = new Map(
    [...readFileSync(path.join(folder, 'parser.assert'), 'utf8').matchAll(/\["(\w+)"\] == "([^"]*)"/g)].map(
      (match) => [match[1] ?? '', match[2] ?? ''] as const
    )
  );
  const of = (name: string) => asserted.get(name) ?? '';
  const more = [
    field('Source', of('Source'), 'Provider_Name'),
    field('Channel', of('Channel'), 'Channel'),
    field('EventID', of('EventID'), 'EventID'),
    column('Computer', of('Computer'), 'host'),
    derived('timestamp', of('timestamp'), ({ columns }) => columns['ts_text'] ?? null),
  ];
  return logLines(path.join(folder, 'windows-logs.log')).map((line, index) =>
    caseOf('windows-xml', `windows-logs#${String(index)}`, line, xmlSaid(line), more)
  );
}

/** Windows events of the corpora: the document itself, read by a plain reader, is the oracle. */
export function windowsCases(root: string): CorpusCase[] {
  const filesOf = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) => path.join(folder, file));
  if (!existsSync(root)) return [];
  return [
    ...filesOf(path.join(root, 'sigma-regression')).flatMap(evtxCases),
    ...filesOf(path.join(root, 'otrf-security-datasets')).flatMap(otrfCases),
    ...crowdsecXmlCases(path.join(root, 'crowdsec-hub', 'windows-logs')),
  ];
}
