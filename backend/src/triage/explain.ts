import type { Finding } from '@loglake/contract/finding';

const units = [
  { name: 'day', ms: 86_400_000 },
  { name: 'hour', ms: 3_600_000 },
  { name: 'minute', ms: 60_000 },
  { name: 'second', ms: 1000 },
] as const;

/** The two largest units: `4 minutes 10 seconds`; under a second is `1 second`. */
export function spokenDuration(milliseconds: number): string {
  let rest = Math.max(1000, milliseconds);
  const parts: string[] = [];
  for (const unit of units) {
    const n = Math.floor(rest / unit.ms);
    rest -= n * unit.ms;
    if (n > 0) parts.push(`${n} ${unit.name}${n === 1 ? '' : 's'}`);
  }
  return parts.slice(0, 2).join(' ');
}

function named(values: readonly string[], shown = 3): string {
  const rest = values.length - shown;
  return values.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/**
 * One plain sentence: what was seen, how often, in which time, who and where. Values from logs stand in it as text:
 * never render it as HTML or Markdown.
 */
export function explain(finding: Finding, kind: 'single' | 'correlation' | null): string {
  const what = kind === 'correlation' ? 'The pattern of this rule' : 'This rule';
  const times = finding.count === '1' ? 'once' : `${finding.count} times`;
  const span = Date.parse(finding.lastSeen) - Date.parse(finding.firstSeen);
  const during = finding.count === '1' || span === 0 ? '' : ` within ${spokenDuration(span)}`;
  const where = [
    finding.hosts.length > 0 ? `on ${named(finding.hosts)}` : '',
    finding.users.length > 0 ? `for user ${named(finding.users)}` : '',
    finding.srcIps.length > 0 ? `from ${named(finding.srcIps)}` : '',
    finding.dstIps.length > 0 ? `to ${named(finding.dstIps)}` : '',
  ].filter((part) => part !== '');
  const late = finding.lateCount === '0' ? '' : ` ${finding.lateCount} of them arrived late.`;
  return `${what} matched ${times}${during}${where.length > 0 ? `, ${where.join(', ')}` : ''}.${late}`;
}
