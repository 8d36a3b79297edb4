import type { Store } from './store.ts';

/** Something that was changed in the service itself. */
export interface AuditEntry {
  readonly actor: string;
  readonly role: string;
  readonly action:
    | 'scenario.start'
    | 'scenario.control'
    | 'scenario.remove'
    | 'rule.disable'
    | 'rule.enable'
    | 'rule.release'
    | 'backfill.start'
    | 'backfill.cancel';
  /** Id of what was changed. */
  readonly object: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Appends to the audit log; the store's clock gives the time. */
export async function appendAudit(store: Store, entry: AuditEntry): Promise<void> {
  await store.insert('audit_log', [{ ...entry, detail: JSON.stringify(entry.detail) }]);
}
