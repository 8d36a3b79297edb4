import type { RuleControl } from '@loglake/contract/rule';
import { ServiceError } from '../error.ts';
import { appendAudit } from '../store/audit-log.ts';
import { insertControl } from '../store/rule-control.ts';
import type { Store } from '../store/store.ts';
import type { LiveRules } from './live-rules.ts';
import type { Quarantine } from './run/quarantine.ts';

export interface RuleDeskDeps {
  readonly store: Store;
  readonly live: LiveRules;
  readonly quarantine: Quarantine;
}

/**
 * Takes an administrator's decision about a rule; it holds from the next range on, in every service over the store. The
 * same decision again changes nothing but the history. Throws rule.not_found.
 */
export async function decideAboutRule(
  { store, live, quarantine }: RuleDeskDeps,
  ruleId: string,
  { kind, reason }: RuleControl,
  actor: { name: string; role: string }
): Promise<void> {
  const rule = live.loaded().rules.find(({ meta }) => meta.id === ruleId);
  if (rule === undefined) throw new ServiceError('rule.not_found', `There is no rule ${ruleId}.`);
  await insertControl(store, { ruleId, action: kind, ruleHash: rule.meta.hash, reason, actor: actor.name });
  if (kind === 'release') quarantine.release(ruleId);
  const { name, role } = actor;
  await appendAudit(store, { actor: name, role, action: `rule.${kind}`, object: ruleId, detail: { reason } });
  await live.refreshNow();
}
