import type { CorpusReport } from './judge.ts';

const percent = (part: number, whole: number) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);

/** The reports as text: a table, then everything that is wrong, at most `wrongMax` lines per corpus. */
export function writeReport(reports: readonly CorpusReport[], wrongMax = 40): string {
  const rows = reports.map((report) => [
    report.corpus,
    String(report.lines),
    `${report.claimed} of ${report.claimable} (${percent(report.claimed, report.claimable)})`,
    `${report.refusable - report.violations} of ${report.refusable}`,
    `${report.right} of ${report.values} (${percent(report.right, report.values)})`,
  ]);
  const table = [['corpus', 'lines', 'claimed', 'refused', 'oracle values right'], ...rows]
    .map((row) => row.map((cell, index) => cell.padEnd([14, 7, 24, 14, 0][index] ?? 0)).join(''))
    .join('\n');
  const wrong = reports.flatMap((report) =>
    report.wrong.slice(0, wrongMax).map((line) => `  ${report.corpus} ${line}`)
  );
  return `${table}\n${wrong.join('\n')}${wrong.length === 0 ? '' : '\n'}`;
}
