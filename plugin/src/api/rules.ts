import type { JsonResponse } from '@loglake/contract/routes';
import { call } from './client.ts';
import { useResource, type Loaded } from './use-resource.ts';

export type RuleList = JsonResponse<'listRules'>;

/** Every loaded rule with what it has done. */
export function useRules(): Loaded<RuleList> {
  return useResource('rules', (signal) => call('listRules', { signal }), { everyMs: 60_000 });
}
