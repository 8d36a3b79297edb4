import type { Pipeline } from './pipeline.ts';

/** Without any file: names of columns are columns, every other one is a key of `fields`, log sources are the events' own. */
export const defaultPipeline: Pipeline = { transformations: [] };
