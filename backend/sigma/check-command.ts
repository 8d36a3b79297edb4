import { loadFieldManifest } from '../src/detect/load-pipelines.ts';
import { checkRules, type CheckReport, type LogsourceRow } from './check.ts';
import { issueLine, readRules, sourceOptions, UsageError } from './rule-source.ts';
import { z } from 'zod';

const checkOptions = sourceOptions.extend({ table: z.boolean().default(false), fields: z.boolean().default(false) });

function tableText(rows: readonly LogsourceRow[]): string {
  const cells = rows.map((row) => [row.logsource, ...[row.compiled, row.served, row.filled].map(String)]);
  const all = [['product/category/service', 'compiled', 'a parser makes its events', 'every field filled'], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()
    )
    .join('\n');
}

const sum = (rows: readonly LogsourceRow[], of: 'served' | 'filled'): number =>
  rows.reduce((total, row) => total + row[of], 0);

function gapLines({ gaps }: CheckReport): string[] {
  return gaps.map(({ path, parsers, unfilled, unlisted }) => {
    if (parsers.length === 0) return `${path}: no parser makes events of its log source`;
    const parts = [
      ...(unfilled.length === 0 ? [] : [`no parser fills ${unfilled.join(', ')}`]),
      ...(unlisted.length === 0 ? [] : [`not a name we know: ${unlisted.join(', ')}`]),
    ];
    return `${path}: ${parts.join('; ')}`;
  });
}

function reportText(report: CheckReport, options: z.output<typeof checkOptions>): string {
  const { rules, compiled, filters, refused, warnings, logsources } = report;
  const lines = [
    ...refused.map((issue) => issueLine(issue)),
    ...warnings.map((warning) => issueLine(warning)),
    ...(options.fields ? gapLines(report) : []),
    ...(options.table ? [tableText(logsources), ''] : []),
    `${compiled} of ${rules} rules compile${filters === 0 ? '' : `, with ${filters} filters`}; ${new Set(refused.map(({ path }) => path)).size} files with something refused; ${warnings.length} warnings`,
    `${sum(logsources, 'served')} read events that a parser makes; in ${sum(logsources, 'filled')} of them a parser fills every field${options.fields ? '' : ' (--fields names the others)'}`,
  ];
  return lines.join('\n');
}

/** `sigma check DIR`: exit code 0 when nothing is refused, else 1. */
export async function runCheck(target: string, given: object, print: (text: string) => void): Promise<number> {
  const options = checkOptions.parse(given);
  const { manifest, issues } = await loadFieldManifest();
  if (issues.length > 0) throw new UsageError(issues.map(issueLine).join('\n'));
  const report = checkRules(await readRules(target, options), manifest);
  print(options.json ? JSON.stringify(report, null, 2) : reportText(report, options));
  return report.refused.length === 0 ? 0 : 1;
}
