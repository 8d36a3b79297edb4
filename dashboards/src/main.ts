// `npm run dashboards`: writes dashboards/*.json from the source beside this file.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { dashboardFiles, dashboardText } from './dashboard-file.ts';

for (const { file, build } of dashboardFiles) {
  writeFileSync(path.join(import.meta.dirname, '..', file), dashboardText(build()));
}
