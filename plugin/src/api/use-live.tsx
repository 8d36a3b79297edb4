import React, {
  createContext,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react';
import { createBrowserLive } from './browser-live.ts';
import type { Live, LiveMessage, LiveState } from './live.ts';

const LiveContext = createContext<Live | null>(null);

/** Opens the live hints for everything inside, and closes them when it goes. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const opened = createBrowserLive();
    setLive(opened);
    return () => opened.close();
  }, []);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

/** How hints arrive now. */
export function useLiveState(): LiveState {
  const live = useContext(LiveContext);
  return useSyncExternalStore(
    (onChange) => live?.subscribeState(onChange) ?? (() => undefined),
    () => live?.state() ?? 'connecting'
  );
}

/** Calls `reload` soon after a hint that `concerns` accepts (any, by default), at most once in `quietMs`. */
export function useLiveReload(
  reload: () => void,
  concerns: (message: LiveMessage) => boolean = () => true,
  quietMs = 500
): void {
  const live = useContext(LiveContext);
  const latest = useRef({ reload, concerns });
  useEffect(() => {
    latest.current = { reload, concerns };
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live?.subscribe((message) => {
      if (!latest.current.concerns(message)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        latest.current.reload();
      }, quietMs);
    });
    return () => {
      clearTimeout(timer);
      stop?.();
    };
  }, [live, quietMs]);
}
