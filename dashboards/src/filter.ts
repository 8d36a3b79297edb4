/** SQL conditions that panels share: they apply the dashboard's variables, so that one switch changes all panels. */

/** Scenario runs are left out unless the switch is on. */
const runs = `(run_id = '' OR '\${scenarios}' = 'true')`;

/** For `event` and its columns. */
export const eventFilter = `${runs} AND $__conditionalAll(host IN (\${host:singlequote}), $host)`;

/** For `security_finding_current`: live findings of the chosen severities that name one of the chosen hosts. */
export const findingFilter = `superseded_by = '' AND ${runs}
  AND $__conditionalAll(severity IN (\${severity:singlequote}), $severity)
  AND $__conditionalAll(hasAny(hosts, [\${host:singlequote}]), $host)`;

/** Triage has not ended (contract/src/finding.ts, the state machine). */
export const isOpen = `state IN ('new', 'acknowledged', 'investigating')`;
