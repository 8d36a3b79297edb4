/** Every table that the service writes. Identifiers come from here, never from a request. */
export const tableNames = [
  'raw_log',
  'event',
  'rule_set',
  'ledger_claim',
  'ledger_done',
  'ledger_reset',
  'rule_run',
  'rule_match',
  'finding_contribution',
  'security_finding',
  'finding_activity',
  'scenario_run',
  'audit_log',
  'schema_migration',
] as const;
export type TableName = (typeof tableNames)[number];
