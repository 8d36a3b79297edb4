import { useEffect } from 'react';
import { useVisible } from './use-visible.ts';
import type { Loaded } from './use-resource.ts';

/**
 * Asks again `everyMs` after each answer, so that a slow service is never asked twice at once; 0 stops it. Rests while
 * the page is hidden.
 */
export function usePolling({ busy, reload }: Pick<Loaded<unknown>, 'busy' | 'reload'>, everyMs: number): void {
  const visible = useVisible();
  useEffect(() => {
    if (everyMs === 0 || busy || !visible) return undefined;
    const timer = setTimeout(reload, everyMs);
    return () => clearTimeout(timer);
  }, [busy, everyMs, reload, visible]);
}
