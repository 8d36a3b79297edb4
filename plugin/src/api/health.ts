import type { Health, LedgerStatus } from '@loglake/contract/source';
import type { JsonResponse } from '@loglake/contract/routes';
import { call } from './client.ts';
import { useResource, type Loaded } from './use-resource.ts';

export type EffectiveConfig = JsonResponse<'effectiveConfig'>;

/** What the service watches, asked for every 15 s. */
export function useHealth(): Loaded<Health> {
  return useResource('health', (signal) => call('health', { signal }), { everyMs: 15_000 });
}

/** How far detection has read, asked for every 5 s. */
export function useLedger(): Loaded<LedgerStatus> {
  return useResource('ledger', (signal) => call('ledger', { signal }), { everyMs: 5_000 });
}

/** Asks once, for the connection test. */
export function checkHealth(): Promise<Health> {
  return call('health', {});
}

/** The service's settings in force. Needs the admin role. */
export function readEffectiveConfig(signal?: AbortSignal): Promise<EffectiveConfig> {
  return call('effectiveConfig', { ...(signal ? { signal } : {}) });
}

export function useEffectiveConfig(): Loaded<EffectiveConfig> {
  return useResource('config', readEffectiveConfig);
}
