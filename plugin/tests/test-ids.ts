import { createRequire } from 'node:module';
import type * as source from '../src/test-ids.ts';

/** The app's test ids. For Node the plugin's folder holds no ES modules (create-plugin's layout), so they are required. */
export const { testIds } = createRequire(import.meta.url)('../src/test-ids.ts') as typeof source;
