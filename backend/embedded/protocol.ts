import { z } from 'zod';

/** What the parent sends once after the fork. Keys come this way, never in arguments or the environment. */
export const startMessage = z.object({
  kind: z.literal('start'),
  dataDir: z.string(),
  memoryBytesMax: z.number(),
  port: z.number(),
  readWrite: z.object({ user: z.string(), password: z.string() }),
  readOnly: z.object({ user: z.string(), password: z.string() }),
});
export type StartMessage = z.infer<typeof startMessage>;

/** What the child answers. */
export const childMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), port: z.number() }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);
export type ChildMessage = z.infer<typeof childMessage>;
