import { lastValueFrom } from 'rxjs';
import { config, getBackendSrv, isFetchError } from '@grafana/runtime';
import { routes, type JsonCall, type JsonResponse, type JsonRouteName } from '@loglake/contract/routes';
import { pluginId } from '../plugin-id.ts';
import { addressOf } from './address.ts';
import { problemOf, ServiceProblem } from './service-problem.ts';

type Nothing = Record<string, never>;
/** Parts of a call that may be left out when their schema accepts nothing. */
type Part<K extends string, T> = Nothing extends T
  ? Partial<Record<K, T>>
  : undefined extends T
    ? Partial<Record<K, T>>
    : Record<K, T>;
export type CallInput<N extends JsonRouteName> = Part<'params', JsonCall<N>['params']> &
  Part<'query', JsonCall<N>['query']> &
  Part<'body', JsonCall<N>['body']> & { signal?: AbortSignal };

/** Grafana's proxy gives up after 30 s; a little more, so that its answer is the one shown. */
const timeoutMs = 35_000;

interface LooseInput {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
}

async function send(name: JsonRouteName, input: LooseInput, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await lastValueFrom(
      getBackendSrv().fetch<unknown>({
        url: addressOf(pluginId, name, input.params, input.query),
        method: routes[name].method,
        data: input.body,
        abortSignal: signal,
        showErrorAlert: false,
        showSuccessAlert: false,
      })
    );
    return response.data;
  } catch (error) {
    if (input.signal?.aborted) throw new DOMException('no longer wanted', 'AbortError');
    if (signal.aborted) throw new ServiceProblem('unavailable', 0, '', 'The service took too long to answer.');
    if (isFetchError(error)) throw problemOf(error.status, error.data);
    throw error;
  }
}

/**
 * Calls a route of the contract through Grafana's proxy and parses the answer with its schema. Throws ServiceProblem,
 * or a DOMException named AbortError when `signal` ends it.
 */
export async function call<N extends JsonRouteName>(name: N, input: CallInput<N>): Promise<JsonResponse<N>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const given = input.signal;
  const pass = () => late.abort();
  given?.addEventListener('abort', pass);
  try {
    const body = await send(name, input, late.signal);
    const parsed = routes[name].response.safeParse(body);
    if (parsed.success) return parsed.data as JsonResponse<N>;
    throw new ServiceProblem('failed', 200, '', `The answer to ${name} is not what this version of the app expects.`);
  } finally {
    clearTimeout(timer);
    given?.removeEventListener('abort', pass);
  }
}

/** Opens the stream of live hints. Throws ServiceProblem when it is refused. `lastEventId` is the place to go on from. */
export async function openHintStream(
  lastEventId: string | null,
  signal: AbortSignal
): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(config.appSubUrl + addressOf(pluginId, 'findingStream'), {
    headers: { Accept: 'text/event-stream', ...(lastEventId === null ? {} : { 'Last-Event-ID': lastEventId }) },
    signal,
  });
  if (!response.ok || response.body === null) {
    throw problemOf(response.status, await response.json().catch(() => null));
  }
  return response.body;
}

/** The app's settings as Grafana keeps them. Secrets are write-only: only those named are changed. Needs Admin. */
export async function saveAppSettings(settings: {
  jsonData: Record<string, unknown>;
  secureJsonData: Record<string, string>;
}): Promise<void> {
  try {
    const request = { url: `/api/plugins/${pluginId}/settings`, method: 'POST', showErrorAlert: false };
    await lastValueFrom(getBackendSrv().fetch({ ...request, data: { enabled: true, pinned: true, ...settings } }));
  } catch (error) {
    throw isFetchError(error) ? problemOf(error.status, error.data) : error;
  }
}
