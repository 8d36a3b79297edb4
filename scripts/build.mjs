// Builds what changed: contract and backend (tsc), then plugin and preview, in order of import.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const quiet = process.argv.includes('--quiet');

function run(title, command, args) {
  if (!quiet) console.log(`building ${title}`);
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', stdio: quiet ? 'pipe' : 'inherit' });
  if (result.status !== 0) {
    if (quiet) console.error(`${result.stdout}\n${result.stderr}`);
    console.error(`Building ${title} failed.`);
    process.exit(result.status ?? 1);
  }
}

/** Names, sizes and times of all files below; enough to see whether anything was edited. */
function fingerprint(places) {
  const hash = createHash('sha256');
  const visit = (place) => {
    const stat = statSync(place);
    if (!stat.isDirectory()) {
      hash.update(
        `${path.relative(root, place)} ${stat.size} ${createHash('sha256').update(readFileSync(place)).digest('hex')}\n`
      );
      return;
    }
    for (const name of readdirSync(place).sort()) {
      if (name !== 'node_modules' && name !== 'dist' && name !== 'tests') visit(path.join(place, name));
    }
  };
  for (const place of places) visit(path.join(root, place));
  return hash.digest('hex');
}

/** Runs a slow build only when its sources changed since the last time it ended well. */
function unlessBuilt(title, places, output, build) {
  const stamp = path.join(root, output, '.built-from');
  const now = fingerprint(places);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  build();
  writeFileSync(stamp, now);
}

run('contract and backend', 'npx', ['tsc', '-b', 'contract', 'backend']);
unlessBuilt('plugin', ['contract/src', 'plugin', 'package-lock.json'], 'plugin/dist', () =>
  run('the Grafana plugin', 'npm', ['run', 'build', '--silent', '-w', 'plugin'])
);
unlessBuilt('preview', ['contract/src', 'plugin', 'package-lock.json'], 'plugin/preview/dist', () =>
  run('the preview', 'npm', ['run', 'build:preview', '--silent', '-w', 'plugin'])
);
