/** What one look did. */
export interface RunReport {
  readonly ranges: number;
  readonly rows: number;
  readonly matches: number;
  /** Finding revisions written. */
  readonly findings: number;
}

export const nothingRead: RunReport = Object.freeze({ ranges: 0, rows: 0, matches: 0, findings: 0 });

export function added(a: RunReport, b: RunReport): RunReport {
  return {
    ranges: a.ranges + b.ranges,
    rows: a.rows + b.rows,
    matches: a.matches + b.matches,
    findings: a.findings + b.findings,
  };
}
