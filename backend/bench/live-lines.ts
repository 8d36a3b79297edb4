import { seededRandom } from '../src/detect/compile/event-generator.ts';
import { processFields } from './detect-events.ts';
import { sampleLines } from './sample-lines.ts';

/** The rule that the marks match: a program that nothing else starts, one finding a host. */
export const markRuleId = '8f1c0001-5a1e-4c0a-9d01-00000000ffff';
const markImage = 'loglake-mark.exe';
export const markRule = `title: Mark of the live bench
id: ${markRuleId}
status: test
level: low
logsource: { product: windows, category: process_creation }
detection:
  mark: { Image|endswith: '\\${markImage}' }
  condition: mark
finding: { group_by: [Computer] }
`;

/** Sysmon's event 1 as evtx_dump writes it, on one line. */
function sysmonLine(fields: Readonly<Record<string, string>>): string {
  const { EventID, Channel, Provider_Name: provider, Computer, ...data } = fields;
  const system = {
    Provider: { '#attributes': { Name: provider } },
    EventID: Number(EventID),
    TimeCreated: { '#attributes': { SystemTime: new Date().toISOString() } },
    Channel,
    Computer,
  };
  return JSON.stringify({ Event: { System: system, EventData: data } });
}

/** A process creation on a host of its own that the mark's rule matches. */
export function markedLine(host: string): string {
  const fields = processFields(seededRandom(1));
  return sysmonLine({ ...fields, Computer: host, Image: `C:\\Tools\\${markImage}` });
}

/** Lines without end: of ten, five process creations of Sysmon as JSON, the others sshd and netfilter behind syslog headers. */
export function liveLines(): { take(count: number): string[] } {
  const random = seededRandom(20_261_121);
  let syslog = sampleLines(0, 0);
  let seed = 0;
  const syslogLine = (): string => {
    const next = syslog.next();
    if (next.done !== true) return next.value;
    seed += 1;
    syslog = sampleLines(10_000, Date.now(), seed);
    return syslogLine();
  };
  return {
    take: (count) =>
      Array.from({ length: count }, () => (random(10) < 5 ? sysmonLine(processFields(random)) : syslogLine())),
  };
}
