import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Files kept at most: beyond that the queue fills, and senders are slowed or told. */
const filesMax = 100;

/**
 * Writes blocks that the store refuses to `refused-<token>.tsv` (mode 0600), TabSeparated as they would have been inserted.
 * Rejects when there are 100 already, or the disk does not take it.
 */
export function createSetAside(directory: string): (body: Buffer, token: string) => Promise<void> {
  return async (body, token) => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const files = (await readdir(directory)).filter((file) => file.startsWith('refused-'));
    if (files.length >= filesMax) throw new Error(`${directory} holds ${String(files.length)} refused batches already`);
    await writeFile(path.join(directory, `refused-${token}.tsv`), body, { mode: 0o600 });
  };
}
