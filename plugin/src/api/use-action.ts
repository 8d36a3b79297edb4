import { useCallback, useEffect, useRef, useState } from 'react';
import type { ServiceProblem } from './service-problem.ts';
import { asProblem } from './use-resource.ts';

export interface Action<A extends readonly unknown[]> {
  /** Does nothing while an earlier call is under way. */
  run(...args: A): Promise<void>;
  readonly busy: boolean;
  /** Why the last call failed; null after a success. */
  readonly problem: ServiceProblem | null;
  dismiss(): void;
}

/** Something a person does: one at a time, its failure kept to be shown. */
export function useAction<A extends readonly unknown[]>(act: (...args: A) => Promise<void>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ServiceProblem | null>(null);
  const latest = useRef(act);
  const underWay = useRef(false);
  const shown = useRef(true);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);
  const run = useCallback(async (...args: A): Promise<void> => {
    if (underWay.current) return;
    underWay.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await latest.current(...args);
    } catch (error) {
      if (shown.current) setProblem(asProblem(error));
    } finally {
      underWay.current = false;
      if (shown.current) setBusy(false);
    }
  }, []);
  const dismiss = useCallback(() => setProblem(null), []);
  return { run, busy, problem, dismiss };
}
