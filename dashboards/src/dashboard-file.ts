import { socOverview } from './soc-overview.ts';

/** Every generated dashboard: file name in dashboards/, and what builds it. */
export const dashboardFiles: readonly { readonly file: string; readonly build: () => object }[] = [
  { file: 'soc-overview.json', build: socOverview },
];

/** The file's text: JSON, two spaces, a newline at the end. The same source gives the same bytes. */
export function dashboardText(dashboard: object): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
