const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a playbook's duration (`500ms`, `30s`, `5m`, `2h`), already validated by the contract. */
export function durationMs(text: string): number {
  const [, digits = '0', unit = 'ms'] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  return Number(digits) * (unitMs[unit] ?? 1);
}
