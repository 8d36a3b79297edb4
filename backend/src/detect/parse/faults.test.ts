import { expect, test } from 'vitest';
import { parseRuleFile } from './rule-file.ts';

/** A rule with a fault in nearly every line, as somebody who is new to Sigma may write it. */
const text = `title: Suspicious tools
id: not-a-uuid
status: ready
level: severe
taxonomy: ours
logsource:
  definition: all hosts
detection:
  tools:
    Image|endwith: '\\nc'
    CommandLine|contains|re: '-e'
    CommandLine|re: '(?<!x)-l'
    DestinationIp|cidr: [10.0.0.0/8, 10.0.0.0/40]
  timing:
    UtcTime|hour: 25
    Size|gt: large
    User|expand: '%admins%'
  nothing: {}
  deep: [[a]]
  timeframe: 5m
  condition: tools AND timing or 1 of filter_*
finding: {gap: soon}
related: [{id: 1, type: friend}]
`;

test('everything that is wrong with a rule is said at once: code, place, and what to do', () => {
  const { rules, issues } = parseRuleFile(text, 'tools.yml');
  expect(rules).toEqual([]);
  expect(issues.map(({ code, line, column }) => `${line}:${column} ${code}`)).toEqual([
    '2:5 sigma.metadata',
    '3:9 sigma.metadata',
    '4:8 sigma.metadata',
    '5:11 sigma.unsupported',
    '7:3 sigma.key_missing',
    '10:5 sigma.modifier_unknown',
    '11:5 sigma.modifier_order',
    '12:21 sigma.regex',
    '13:38 sigma.cidr',
    '15:19 sigma.modifier_value',
    '16:14 sigma.modifier_value',
    '17:18 sigma.placeholder',
    '18:12 sigma.detection_empty',
    '19:10 sigma.shape',
    '20:3 sigma.unsupported',
    '21:20 sigma.condition',
    '22:16 sigma.metadata',
    '23:16 sigma.metadata',
    '23:25 sigma.metadata',
  ]);
  for (const issue of issues) {
    expect(issue.path).toBe('tools.yml');
    expect(issue.message.length, issue.code).toBeGreaterThan(20);
  }
});
