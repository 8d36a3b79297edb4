import { appRoot } from '../../../plugin-id.ts';

export const scenariosPath = `${appRoot}/scenarios`;

/** Where one run is shown. */
export function runPath(runId: string): string {
  return `${scenariosPath}/runs/${encodeURIComponent(runId)}`;
}

/** The findings of a run whatever became of them, or one of them opened among the others. */
export function findingsOfRunPath(runId: string, findingId?: string): string {
  const search = new URLSearchParams({ state: 'all', runId });
  const place = findingId === undefined ? '' : `/${encodeURIComponent(findingId)}`;
  return `${appRoot}/findings${place}?${search.toString()}`;
}
