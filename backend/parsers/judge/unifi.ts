import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { column, derived, field, logLines, oneOf, type CorpusCase, type Expectation } from './corpus-case.ts';

const attributes: Readonly<Record<string, string>> = {
  'observer.name': 'host',
  'process.name': 'program',
  'process.pid': 'pid',
  'process.executable': 'process_image',
  'process.command_line': 'command_line',
  'user.name': 'user',
  'user.effective.name': 'target_user',
  'log.syslog.facility.code': 'facility',
};
const sudoActions: Readonly<Record<string, readonly string[]>> = {
  sudo_command: ['sudo_command'],
  sudo_auth_failure: ['sudo_refused', 'auth_failed'],
};

function expectationOf(name: string, value: string, ours: boolean): Expectation[] {
  const of = attributes[name];
  if (of !== undefined) return [column(name, value, of)];
  if (name === 'log.syslog.priority') {
    return [
      derived(name, value, ({ columns }) => String(Number(columns['facility']) * 8 + Number(columns['severity']))),
    ];
  }
  if (!ours) return [];
  if (name === 'process.working_directory') return [field(name, value, 'pwd')];
  if (name === 'event.outcome') return [column(name, value, 'outcome')];
  return name === 'event.action' ? [oneOf(name, value, 'action', sudoActions[value] ?? [])] : [];
}

/** Frames of unifi-otel's golden files. Only sudo is of our families; of the others the header is judged, and CEF must stay unmatched. */
export function goldenCases(file: string): CorpusCase[] {
  const frames = readFileSync(file, 'utf8')
    .split(/^--- frame$/m)
    .slice(1);
  return frames.flatMap((frame, index) => {
    const line = /^in {5}(.*)$/m.exec(frame)?.[1]?.replaceAll('\\n', '\n').replaceAll('\\\\', '\\');
    if (line === undefined) return [];
    const said = [...frame.matchAll(/^attr {3}(\S+) = (?:Str|Int)\((.*)\)$/gm)].map(
      (match) => [match[1] ?? '', match[2] ?? ''] as const
    );
    const sudo = said.some(([name, value]) => name === 'event.dataset' && value === 'unifi.sudo');
    const cef = line.includes('CEF:');
    const expectations = cef ? [] : said.flatMap(([name, value]) => expectationOf(name, value, sudo));
    return [
      {
        corpus: 'unifi',
        origin: `${path.basename(file)}#${index}`,
        line,
        envelope: {},
        claim: sudo ? 'linux-auth' : 'none',
        expectations,
      },
    ];
  });
}

const sample = z.object({ kind: z.string(), line: z.string(), expected_host_expr: z.string().optional() });

/** Splunk's samples; templates are filled with values of ours. A line without any host has none for us (Splunk looks it up). */
export function splunkCases(file: string): CorpusCase[] {
  const values: Readonly<Record<string, string>> = {
    mark: '<134>',
    bsd: 'Nov 10 20:46:02',
    host: 'h-1',
    key: 'US24P250',
  };
  const fill = (text: string) => text.replaceAll(/\{\{ *(\w+) *\}\}/g, (_, name: string) => values[name] ?? '');
  return jsonLines(file).map((row, index) => {
    const { line, expected_host_expr: host } = sample.parse(row);
    const filled = fill(line);
    const hasHost = host !== undefined && !/^<134>Nov 10 20:46:02 [0-9a-f]{12},/.test(filled);
    return {
      corpus: 'unifi',
      origin: `splunk#${index}`,
      line: filled,
      envelope: {},
      claim: filled.includes(' SRC=') ? ('netfilter' as const) : ('none' as const),
      expectations: hasHost ? [column('host', fill(host), 'host')] : [],
    };
  });
}

const shape = z.object({ input: z.string(), expected: z.record(z.string(), z.unknown()) });
const shapeColumns: Readonly<Record<string, string>> = {
  hostname: 'host',
  program: 'program',
  src: 'src_ip',
  dst: 'dst_ip',
  spt: 'src_port',
  dpt: 'dst_port',
};
const shapeFields: Readonly<Record<string, string>> = {
  ...{ device_mac: 'device_mac', model: 'device_model', firmware: 'device_firmware', rule_chain: 'rule_chain' },
  ...{ rule_action: 'rule_action', rule_index: 'rule_index', rule_descr: 'rule_name', in_if: 'IN', out_if: 'OUT' },
};

/** Shapes of access points, switches and gateways. What is inside of an access point's message comes with its parser. */
export function shapeCases(file: string): CorpusCase[] {
  return jsonLines(file).map((row, index) => {
    const { input, expected } = shape.parse(row);
    const claim = input.includes(' SRC=') ? ('netfilter' as const) : ('none' as const);
    const expectations = Object.entries(expected).flatMap(([name, raw]): Expectation[] => {
      const value = typeof raw === 'string' || typeof raw === 'number' ? String(raw) : '';
      const of = shapeColumns[name];
      if (of !== undefined) return [column(name, value, of)];
      if (name === 'proto') return [derived(name, value, ({ columns }) => columns['protocol']?.toUpperCase() ?? null)];
      if (name === 'pid') return [column(name, value, 'pid')];
      const inFields = shapeFields[name];
      return inFields === undefined ? [] : [field(name, value, inFields)];
    });
    return { corpus: 'unifi', origin: `shapes#${index}`, line: input, envelope: {}, claim, expectations };
  });
}

function jsonLines(file: string): unknown[] {
  return logLines(file).map((line) => JSON.parse(line) as unknown);
}
