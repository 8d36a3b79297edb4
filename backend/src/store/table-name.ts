/** Tables that only the holder of the writer's lease writes, through a door each: `<table>_door` (migration 0008). */
export const writerTables = [
  'ledger_claim',
  'ledger_done',
  'ledger_reset',
  'rule_run',
  'rule_match',
  'rule_match_group',
  'finding_contribution',
  'security_finding',
  'finding_activity',
] as const;

/** Every table that the service writes. Identifiers come from here, never from a request. */
export const tableNames = [
  'raw_log',
  'event',
  'rule_set',
  ...writerTables,
  'lease_holder',
  'lease_beat',
  'scenario_run',
  'audit_log',
  'rule_control',
  'backfill',
  'schema_migration',
] as const;
export type TableName = (typeof tableNames)[number] | `${(typeof writerTables)[number]}_door`;
