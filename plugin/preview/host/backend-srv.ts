import { from, lastValueFrom, type Observable } from 'rxjs';
import { AppEvents, type EventBus } from '@grafana/data';
import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';

function addressOf(options: BackendSrvRequest): string {
  const url = new URL(options.url, document.baseURI);
  for (const [name, value] of Object.entries(options.params ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) url.searchParams.append(name, String(one));
    }
  }
  return url.toString();
}

async function bodyOf(response: Response, kind: BackendSrvRequest['responseType']): Promise<unknown> {
  if (kind === 'blob') return response.blob();
  if (kind === 'arraybuffer') return response.arrayBuffer();
  const text = await response.text();
  if (kind === 'text' || text === '') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Grafana's way to call its own server: JSON in and out, failures thrown as FetchError, with a toast unless told not to. */
export function createBackendSrv(events: EventBus): BackendSrv {
  const fail = (config: BackendSrvRequest, status: number, statusText: string, data: unknown): never => {
    const error: FetchError = { status, statusText, data, config };
    if (config.showErrorAlert !== false) {
      events.publish({ type: AppEvents.alertError.name, payload: [statusText || 'The request failed'] });
    }
    // Grafana throws plain objects; isFetchError tells them by their shape.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw error;
  };

  async function perform<T>(options: BackendSrvRequest): Promise<FetchResponse<T>> {
    const body = options.data === undefined ? undefined : JSON.stringify(options.data);
    let response: Response;
    try {
      response = await window.fetch(addressOf(options), {
        method: options.method ?? 'GET',
        headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...options.headers },
        body,
        signal: options.abortSignal,
      });
    } catch (error) {
      return fail(options, 0, error instanceof Error ? error.message : 'network', {});
    }
    const data = await bodyOf(response, options.responseType);
    if (!response.ok) return fail(options, response.status, response.statusText, data);
    const { status, statusText, ok, headers, redirected, type, url } = response;
    return { status, statusText, ok, headers, redirected, type, url, config: options, data: data as T };
  }

  const fetch = <T>(options: BackendSrvRequest): Observable<FetchResponse<T>> => from(perform<T>(options));
  const send = async <T>(method: string, url: string, data?: unknown, options?: Partial<BackendSrvRequest>) =>
    (await lastValueFrom(fetch<T>({ ...options, method, url, data }))).data;
  return {
    fetch,
    get: async <T>(
      url: string,
      params?: BackendSrvRequest['params'],
      requestId?: string,
      options?: Partial<BackendSrvRequest>
    ) => (await perform<T>({ ...options, url, params, requestId })).data,
    delete: (url, data, options) => send('DELETE', url, data, options),
    post: (url, data, options) => send('POST', url, data, options),
    patch: (url, data, options) => send('PATCH', url, data, options),
    put: (url, data, options) => send('PUT', url, data, options),
    // Deprecated, but part of the interface.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    request: async <T>(options: BackendSrvRequest) => (await perform<T>(options)).data,
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    datasourceRequest: (options) => perform(options),
    chunked: () => {
      throw new Error('The preview does not offer chunked requests.');
    },
  };
}
