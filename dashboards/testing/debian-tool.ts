import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A program from Debian's packages, unpacked beside the system: rsyslog and syslog-ng cannot both be installed. */
export interface DebianTool {
  /** Folder that holds the packages' files. */
  readonly root: string;
  /** Runs a program of it, by its path in the package; gives the exit code and everything it printed. */
  run(program: string, args: readonly string[]): { code: number | null; output: string };
}

const downloadMsMax = 90_000;
const runMsMax = 20_000;

function call(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeout: number }
) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { ...options, encoding: 'utf8' });
  return { code: error === undefined ? status : null, output: `${stdout}${stderr}${error?.message ?? ''}` };
}

function libraryPath(root: string): string {
  const folders = [path.join(root, 'usr/lib'), path.join(root, 'lib')].filter((folder) => existsSync(folder));
  const nested = folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [path.join(folder, entry.name)] : []
    )
  );
  return [...folders, ...nested].join(':');
}

/** Downloads and unpacks packages without installing them, or says why that cannot be done here. Files stay in the temporary directory. */
export function debianTool(packages: readonly string[]): DebianTool | { unavailable: string } {
  const root = mkdtempSync(path.join(tmpdir(), 'loglake-debian-'));
  const debs = path.join(root, 'debs');
  mkdirSync(debs);
  const download = call('apt-get', ['download', ...packages], { cwd: debs, timeout: downloadMsMax });
  if (download.code !== 0) return { unavailable: `apt-get download: ${download.output.trim().slice(0, 300)}` };
  for (const deb of readdirSync(debs)) {
    const unpacked = call('dpkg', ['-x', path.join(debs, deb), root], { timeout: runMsMax });
    if (unpacked.code !== 0) return { unavailable: `dpkg -x ${deb}: ${unpacked.output.trim()}` };
  }
  const env = { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: libraryPath(root) };
  const run: DebianTool['run'] = (program, args) => call(path.join(root, program), args, { env, timeout: runMsMax });
  return { root, run };
}
