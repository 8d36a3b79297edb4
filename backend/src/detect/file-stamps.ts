import { type Dirent, type Stats, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Which file it is and when it was last written: another stamp, another look into the file. */
export type FileStamps = ReadonlyMap<string, string>;

/** A stamp younger than this may still hide a later write: file systems keep time in steps. Milliseconds. */
const unsureMs = 2_000;
/** Files looked at before others get their turn: 3,777 take about 10 ms. */
const filesPerTurn = 500;

interface Folder {
  readonly stamp: string;
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

function stampOf(stats: Stats, nowMs: number): string {
  const newest = Math.max(stats.mtimeMs, stats.ctimeMs);
  const unsure = Math.abs(nowMs - newest) < unsureMs ? ` at ${nowMs}` : '';
  return `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}${unsure}`;
}

/**
 * Looks at every file below a directory that `wanted` takes, by its path with slashes relative to it; a folder is only
 * listed anew when it changed. Throws what the file system throws for the directory itself; anything below that goes
 * away meanwhile is left out.
 */
export function createFileStamps(
  directory: string,
  wanted: (file: string) => boolean,
  clock: () => number = Date.now
): () => Promise<FileStamps> {
  const known = new Map<string, Folder>();
  return async () => {
    const nowMs = clock();
    const found = new Map<string, string>();
    const seen = new Set<string>();
    const waiting = [''];
    let looked = 0;
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const folder = folderAt(directory, name, known.get(name), nowMs);
      if (folder === undefined) continue;
      known.set(name, folder);
      seen.add(name);
      waiting.push(...folder.folders);
      for (const file of folder.files) {
        if (!wanted(file)) continue;
        const stats = statSync(path.join(directory, file), { throwIfNoEntry: false });
        if (stats !== undefined) found.set(file, stampOf(stats, nowMs));
        looked += 1;
        if (looked % filesPerTurn === 0) await nextTurn();
      }
    }
    for (const name of known.keys()) if (!seen.has(name)) known.delete(name);
    return found;
  };
}

/** Undefined for what is not there, unless it must be. */
function statOf(full: string, must: boolean): Stats | undefined {
  return must ? statSync(full) : statSync(full, { throwIfNoEntry: false });
}

function folderAt(directory: string, name: string, known: Folder | undefined, nowMs: number): Folder | undefined {
  const full = path.join(directory, name);
  const stats = statOf(full, name === '');
  if (stats === undefined) return undefined;
  const stamp = stampOf(stats, nowMs);
  if (known?.stamp === stamp) return known;
  try {
    const entries = readdirSync(full, { withFileTypes: true });
    const below = (is: (entry: Dirent) => boolean): string[] =>
      entries.filter(is).map((entry) => (name === '' ? entry.name : `${name}/${entry.name}`));
    return { stamp, folders: below((entry) => entry.isDirectory()), files: below((entry) => entry.isFile()) };
  } catch (error) {
    if (name === '' || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}
