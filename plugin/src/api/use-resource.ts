import { useCallback, useEffect, useRef, useState } from 'react';
import { ServiceProblem } from './service-problem.ts';

/** What a page knows of something it asked for. `problem` beside data: the data is old, a newer try failed. */
export type Resource<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly data: T; readonly problem: ServiceProblem | null }
  | { readonly state: 'failed'; readonly problem: ServiceProblem };

export interface Loaded<T> {
  readonly resource: Resource<T>;
  /** True while a request is under way, also when older data is shown meanwhile. */
  readonly busy: boolean;
  reload(): void;
}

interface ResourceOptions {
  /** Ask again this often, milliseconds; 0 never does. */
  everyMs?: number;
  /** Shows the old data while a new key loads, as a list does when its filter changes. */
  keepWhileLoading?: boolean;
}

/** Whatever was thrown, as what a page can show. */
export function asProblem(error: unknown): ServiceProblem {
  if (error instanceof ServiceProblem) return error;
  return new ServiceProblem('failed', 0, '', error instanceof Error ? error.message : String(error));
}

/**
 * Loads something, again when `key` changes, on `reload`, and every `everyMs`. A request that is overtaken is aborted.
 * `load` must depend on nothing but what `key` names.
 */
export function useResource<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  { everyMs = 0, keepWhileLoading = false }: ResourceOptions = {}
): Loaded<T> {
  const [held, setHeld] = useState<{ key: string; resource: Resource<T> }>({ key, resource: { state: 'loading' } });
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(true);
  const latestLoad = useRef(load);
  useEffect(() => {
    latestLoad.current = load;
  });
  useEffect(() => {
    const end = new AbortController();
    setBusy(true);
    const settle = (next: (old: Resource<T>) => Resource<T>): void => {
      if (end.signal.aborted) return;
      setBusy(false);
      setHeld((old) => ({ key, resource: next(old.key === key ? old.resource : { state: 'loading' }) }));
    };
    latestLoad.current(end.signal).then(
      (data) => settle(() => ({ state: 'ready', data, problem: null })),
      (error: unknown) => {
        const problem = asProblem(error);
        settle((old) => (old.state === 'ready' ? { ...old, problem } : { state: 'failed', problem }));
      }
    );
    return () => end.abort();
  }, [key, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    if (everyMs === 0) return undefined;
    const timer = setInterval(reload, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, reload]);
  const current = held.key === key || (keepWhileLoading && held.resource.state === 'ready');
  return { resource: current ? held.resource : { state: 'loading' }, busy, reload };
}
