import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parsePlaybook, readPlaybooks } from './playbook-file.ts';

const good = `id: demo
title: Demo
description: A demo.
steps:
  - { at: 0s, host: web1, program: sshd, line: hello }
expect:
  - { rule: r1, group: { src_ip: 192.0.2.1 } }
`;

describe('playbook', () => {
  it('is read with its defaults', () => {
    const { playbook, issues } = parsePlaybook(good, 'demo.yml');
    expect(issues).toEqual([]);
    expect(playbook).toMatchObject({ jitter: '0ms', steps: [{ repeat: 1, every: '1s' }], expect: [{ within: '30s' }] });
  });

  it('names all that is wrong at once, each with line and column', () => {
    const text = good.replace('id: demo', 'id: Bad Id').replace('at: 0s', 'at: soon').replace('rule: r1', 'rules: r1');
    const { playbook, issues } = parsePlaybook(text, 'demo.yml');
    expect(playbook).toBeNull();
    expect(issues.map((issue) => [issue.line, issue.column, issue.message.split(':')[0]])).toEqual([
      [1, 5, 'id'],
      [5, 11, 'steps.0.at'],
      [7, 5, 'expect.0.rule'],
      [7, 5, 'expect.0'],
    ]);
  });

  it('says where YAML itself is broken', () => {
    expect(parsePlaybook('id: [a\ntitle: b', 'x.yml').issues[0]).toMatchObject({ code: 'scenario.yaml', line: 2 });
  });

  it('refuses a file that unfolds without end', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]',
      'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]',
      'd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]',
    ].join('\n');
    expect(parsePlaybook(bomb, 'bomb.yml')).toMatchObject({ playbook: null, issues: [{ code: 'scenario.yaml' }] });
  });

  it('comes with the product: every one can be played', async () => {
    const files = await readPlaybooks(fileURLToPath(new URL('../../../scenarios', import.meta.url)));
    expect(files.map((file) => [file.path, file.issues])).toEqual([
      ['port-scan-connection.yml', []],
      ['ssh-brute-force-compromise.yml', []],
    ]);
  });
});
