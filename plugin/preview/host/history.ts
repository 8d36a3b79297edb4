import { locationService } from '@grafana/runtime';
import { z } from 'zod';

/** A place in the address bar. */
export interface Place {
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
  readonly key: string;
  readonly state: unknown;
}

/** What the preview uses of Grafana's history, whose own types (history 4) are not published with the packages. */
interface History {
  push(path: string, state?: unknown): void;
  replace(path: string, state?: unknown): void;
  go(delta: number): void;
  listen(listener: (place: unknown) => void): () => void;
  readonly location: unknown;
}

const place = z.object({
  pathname: z.string(),
  search: z.string(),
  hash: z.string(),
  key: z.string().default('default'),
  state: z.unknown(),
});

/** Grafana's one history, through which its packages and the plugin navigate. */
export function grafanaHistory() {
  const history = locationService.getHistory() as History;
  return {
    push: history.push,
    replace: history.replace,
    go: history.go,
    here: (): Place => place.parse(history.location),
    listen: (listener: (next: Place) => void) => history.listen((next) => listener(place.parse(next))),
  };
}
