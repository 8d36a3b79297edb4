import { execFile } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCheck } from './check-command.ts';
import { runConvert } from './convert-command.ts';
import { runMatch } from './match-command.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'loglake-sigma-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rule = (
  number: number,
  detection: string,
  logsource = '{ product: windows, category: process_creation }'
): string =>
  `title: Rule ${number}\nid: 00000000-0000-4000-8000-00000000000${number}\nstatus: test\nlevel: low\nlogsource: ${logsource}\ndetection:\n${detection}\n`;

const shell = rule(
  1,
  "  img:\n    Image|endswith: '\\cmd.exe'\n    CommandLine|contains: [whoami, ipconfig]\n  admin:\n    User: admin\n  condition: img and not admin"
);

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Runs a command; gives its exit code and what it printed. */
async function run(
  command: (print: (text: string) => void) => Promise<number>
): Promise<{ code: number; out: string[] }> {
  const out: string[] = [];
  return { code: await command((text) => out.push(text)), out };
}
const asJson = (out: readonly string[]): unknown => JSON.parse(out.join('\n'));

describe('sigma check', () => {
  beforeAll(() => {
    write('good/shell.yml', shell);
    write('good/field.yml', rule(2, '  s: { Imgae: x }\n  condition: s'));
    write('good/nobody.yml', rule(3, '  s: { eventName: x }\n  condition: s', '{ product: aws, service: cloudtrail }'));
    write('bad/shell.yml', shell);
    write('bad/two-faults.yml', rule(4, '  s: { f|contians: x, g|re: "(" }\n  condition: s'));
    write(
      'bad/two-documents.yml',
      `${rule(5, '  s: { f: x }\n  condition: s')}---\n${rule(6, '  s: { f: x }\n  condition: t')}`
    );
  });

  it('says what compiles, and ends with 0 when nothing is refused', async () => {
    const { code, out } = await run((print) => runCheck(path.join(folder, 'good'), { json: true }, print));
    expect(code).toBe(0);
    expect(asJson(out)).toMatchObject({ rules: 3, compiled: 3, filters: 0, refused: [] });
  });

  it('names the fields that no parser fills, and log sources without a parser', async () => {
    const { out } = await run((print) => runCheck(path.join(folder, 'good'), { json: true }, print));
    const { gaps } = asJson(out) as { gaps: { path: string }[] };
    expect(gaps.map((gap) => gap.path)).toEqual(['field.yml', 'nobody.yml']);
    expect(gaps).toMatchObject([{ unfilled: ['Imgae'] }, { parsers: [], unfilled: ['eventName'] }]);
    const text = await run((print) => runCheck(path.join(folder, 'good'), { fields: true, table: true }, print));
    expect(text.out.join('\n')).toContain('no parser fills Imgae');
    expect(text.out.join('\n')).toContain('nobody.yml: no parser makes events of its log source');
    expect(text.out.join('\n')).toMatch(/windows\/process_creation\/-\s+2\s+2\s+1/);
    expect(text.out.join('\n')).toContain('3 of 3 rules compile');
  });

  it('reports everything that is refused, with code and place, and ends with 1', async () => {
    const { code, out } = await run((print) => runCheck(path.join(folder, 'bad'), { json: true }, print));
    expect(code).toBe(1);
    const report = asJson(out) as {
      rules: number;
      compiled: number;
      refused: { path: string; code: string; line: number; column: number }[];
    };
    expect(report).toMatchObject({ rules: 4, compiled: 2 });
    expect(
      report.refused.map(({ path: file, code: issue, line, column }) => `${file}:${line}:${column} ${issue}`)
    ).toEqual([
      'two-documents.yml:17:14 sigma.selection_unknown',
      'two-faults.yml:7:8 sigma.modifier_unknown',
      'two-faults.yml:7:29 sigma.regex',
    ]);
    const text = await run((print) => runCheck(path.join(folder, 'bad'), {}, print));
    expect(text.out.join('\n')).toContain('two-faults.yml:7:8 sigma.modifier_unknown');
    expect(text.out.join('\n')).toContain('2 of 4 rules compile');
  });

  it('compiles rules with placeholders once lists are given', async () => {
    const file = write('lists/rule.yml', rule(7, "  s: { User|expand: '%admins%' }\n  condition: s"));
    expect((await run((print) => runCheck(file, {}, print))).out.join('\n')).toContain('sigma.placeholder');
    const lists = write('admins.yml', 'admins: [root, toor]\n');
    expect(await run((print) => runCheck(file, { lists }, print))).toMatchObject({ code: 0 });
  });

  it('refuses a folder that is not there', async () => {
    await expect(run((print) => runCheck(path.join(folder, 'nowhere'), {}, print))).rejects.toThrow(/nowhere/);
  });
});

describe('sigma convert', () => {
  it('prints the statement with its values in it, escaped', async () => {
    const file = write('quote.yml', rule(8, '  s: { CommandLine: "a\' OR 1=1 --" }\n  condition: s'));
    const { code, out } = await run((print) => runConvert(file, {}, print));
    expect(code).toBe(0);
    expect(out.join('\n')).toContain("'a\\' or 1=1 --'");
    expect(out.join('\n')).toContain('-- "Rule 8" 00000000-0000-4000-8000-000000000008');
  });

  it('gives machines the statement and its parameters', async () => {
    const { out } = await run((print) => runConvert(write('shell.yml', shell), { json: true }, print));
    const { rules } = asJson(out) as { rules: { sql: string; params: Record<string, unknown> }[] };
    expect(rules[0]?.sql).not.toContain('cmd.exe');
    expect(Object.values(rules[0]?.params ?? {})).toContain('\\cmd.exe');
  });

  it('converts a correlation with the rules that it references, and refuses it without', async () => {
    const file = write(
      'correlation/outer.yml',
      'title: Many\nid: 00000000-0000-4000-8000-000000000009\ncorrelation:\n  type: event_count\n  rules: [00000000-0000-4000-8000-000000000001]\n  group-by: [Computer]\n  timespan: 5m\n  condition: { gte: 3 }\n'
    );
    const alone = await run((print) => runConvert(file, {}, print));
    expect(alone).toMatchObject({ code: 1 });
    expect(alone.out.join('\n')).toContain('sigma.reference_unknown');
    const { code, out } = await run((print) => runConvert(file, { with: path.join(folder, 'good') }, print));
    expect(code).toBe(0);
    expect(out.join('\n')).toMatch(/^-- "Many"[^]*WITH\s+rule_match AS \(/);
    expect(out).toHaveLength(1);
  });
});

describe('sigma match', () => {
  const line = (values: object): string => `${JSON.stringify(values)}\n`;
  const whoami = { Image: 'C:\\Windows\\cmd.exe', CommandLine: 'cmd /c whoami' };

  it('says per event whether it matches, or which selection failed and on which value', async () => {
    const events = write(
      'events.ndjson',
      line(whoami) + line({ ...whoami, Image: 'C:\\x.exe' }) + line({ ...whoami, User: 'Admin' }) + line({})
    );
    const { code, out } = await run((print) =>
      runMatch({ file: write('shell.yml', shell), events }, { json: true }, print)
    );
    expect(code).toBe(0);
    expect(out.map((one) => JSON.parse(one) as unknown)).toMatchObject([
      { line: 1, matches: true },
      {
        line: 2,
        matches: false,
        selections: [
          {
            name: 'img',
            holds: false,
            because: [{ field: 'Image', value: 'C:\\x.exe', demand: 'ends with "\\\\cmd.exe"', holds: false }],
          },
        ],
      },
      {
        line: 3,
        matches: false,
        selections: [
          { name: 'admin', holds: true, because: [{ field: 'User', value: 'Admin', demand: 'is "admin"' }] },
        ],
      },
      {
        line: 4,
        matches: false,
        selections: [
          {
            name: 'img',
            because: [
              { field: 'Image', value: null },
              { field: 'CommandLine', value: null },
              { field: 'CommandLine', value: null },
            ],
          },
        ],
      },
    ]);
    const text = (await run((print) => runMatch({ file: path.join(folder, 'shell.yml'), events }, {}, print))).out.join(
      '\n'
    );
    expect(text).toContain(
      'line 2: no match  Rule 1\n    img does not hold\n      Image is "C:\\\\x.exe"; wanted: ends with "\\\\cmd.exe"'
    );
    expect(text).toContain('CommandLine is missing; wanted: contains "whoami", or contains "ipconfig"');
    expect(text).toContain('4 events, 1 rules, 1 matches, 0 lines not read');
  });

  it('reads Windows events as evtx_dump and Winlogbeat write them, and rows of our table', async () => {
    const events = write(
      'shapes.ndjson',
      [
        { Event: { System: { EventID: 1, Channel: 'x' }, EventData: whoami } },
        { winlog: { channel: 'x', event_id: 1, event_data: whoami } },
        { product: 'windows', category: 'process_creation', service: 'sysmon', fields: whoami },
      ]
        .map(line)
        .join('')
    );
    const { out } = await run((print) => runMatch({ file: write('shell.yml', shell), events }, { json: true }, print));
    expect(out.map((one) => (JSON.parse(one) as { matches: boolean }).matches)).toEqual([true, true, true]);
  });

  it('says so when an event is of another log source', async () => {
    const events = write('other.ndjson', line({ product: 'linux', category: '', service: 'sshd', fields: whoami }));
    const { code, out } = await run((print) => runMatch({ file: write('shell.yml', shell), events }, {}, print));
    expect(code).toBe(1);
    expect(out.join('\n')).toContain('the event is of linux//sshd, which the rule does not read');
  });

  it('applies filters and names them', async () => {
    const filter =
      'title: Not mine\nlogsource: { product: windows }\nfilter:\n  rules: any\n  mine: { Computer: mine }\n  condition: not mine\n';
    const file = write('filtered.yml', `${shell}---\n${filter}`);
    const events = write('mine.ndjson', line({ ...whoami, Computer: 'mine' }) + line({ ...whoami, Computer: 'other' }));
    const { out } = await run((print) => runMatch({ file, events }, { json: true }, print));
    expect(out.map((one) => JSON.parse(one) as unknown)).toMatchObject([
      { matches: false, selections: [{ name: 'filter "Not mine": mine', holds: true }] },
      { matches: true },
    ]);
  });

  it('prints no control byte of an event, reports lines that are none, and ends with 2', async () => {
    const events = write(
      'hostile.ndjson',
      `${line({ Image: '\u001b[2J\u202E\u009b\\cmd.exe', CommandLine: 'x' })}not json\n[1]\n`
    );
    const { code, out } = await run((print) => runMatch({ file: write('shell.yml', shell), events }, {}, print));
    expect(code).toBe(2);
    expect(out.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(out.join('\n')).toMatch(/line 2: not read: .*\nline 3: not read: an event is a JSON object/);
  });

  it('prints only matches when asked to', async () => {
    const events = write('quiet.ndjson', line(whoami) + line({}));
    const { out } = await run((print) => runMatch({ file: write('shell.yml', shell), events }, { quiet: true }, print));
    expect(out).toHaveLength(2);
  });
});

describe('the program', () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const start = async (...given: string[]): Promise<{ code: number; text: string }> => {
    const command = ['--import', 'tsx', '--conditions=loglake-source', main, ...given];
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, command);
      return { code: 0, text: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, text: stdout + stderr };
    }
  };

  it('ends with 2 and says why when a command or a file cannot be read', { timeout: 30_000 }, async () => {
    const [unknown, missing, help] = await Promise.all([
      start('chekc'),
      start('check', path.join(folder, 'nowhere')),
      start('--help'),
    ]);
    expect(unknown.code).toBe(2);
    expect(unknown.text).toContain('unknown command');
    expect(missing).toMatchObject({ code: 2, text: expect.stringContaining('nowhere') as unknown });
    expect(help).toMatchObject({ code: 0, text: expect.stringContaining('Exit codes') as unknown });
  });
});
