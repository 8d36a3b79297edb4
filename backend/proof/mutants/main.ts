import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { allMutants, staleness } from './all-mutants.ts';
import type { Mutant } from './mutant.ts';

/** Tests that each mutant meets. */
const testFiles = ['backend/src/detect/compile/golden', 'backend/proof/own-rules.test.ts'];
const copied = ['backend', 'contract', 'package.json', 'tsconfig.json', 'tsconfig.base.json', 'vitest.config.ts'];
const timeoutMs = 300_000;

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const root = fileURLToPath(new URL('../../..', import.meta.url));
const write = (line: string): void => void process.stdout.write(`${line}\n`);

const report = z.object({
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), title: z.string() })),
      name: z.string(),
      status: z.string(),
    })
  ),
});

/** A copy of the tree without what is built or installed; packages are those of the tree. */
function copyTree(): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'loglake-mutants-'));
  const left = new Set(['node_modules', 'dist', '.git']);
  for (const name of copied) {
    cpSync(path.join(root, name), path.join(copy, name), {
      recursive: true,
      filter: (source) => !left.has(path.basename(source)),
    });
  }
  for (const packages of ['node_modules', 'backend/node_modules']) {
    if (existsSync(path.join(root, packages))) symlinkSync(path.join(root, packages), path.join(copy, packages));
  }
  return copy;
}

/** Names of the tests that fail in the copy. */
async function failing(copy: string): Promise<string[]> {
  const output = path.join(copy, 'report.json');
  rmSync(output, { force: true });
  const vitest = path.join(copy, 'node_modules/vitest/vitest.mjs');
  const given = ['run', '--config', 'vitest.config.ts', '--reporter=json', `--outputFile=${output}`, ...testFiles];
  await new Promise<void>((done) => {
    execFile(process.execPath, [vitest, ...given], { cwd: copy, timeout: timeoutMs }, () => done());
  });
  if (!existsSync(output)) return ['(vitest ended without a report)'];
  const { testResults } = report.parse(JSON.parse(readFileSync(output, 'utf8')));
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((one) => one.status === 'failed').map((one) => one.title);
    return failed.length === 0 && status === 'failed' ? [`${path.basename(name)}: ${message.split('\n')[0]}`] : failed;
  });
}

const chosen = allMutants.filter(({ name, file }) => `${file} ${name}`.includes(values.only));
if (chosen.length === 0) throw new Error(`no mutant has "${values.only}" in its file and name`);
const copy = copyTree();
const pathOf = ({ file }: Mutant): string => path.join(copy, 'backend/src/detect', file);
try {
  const stale = chosen.flatMap((mutant) => staleness(mutant, () => readFileSync(pathOf(mutant), 'utf8')));
  if (stale.length > 0) throw new Error(`bring these up to date:\n${stale.join('\n')}`);
  const unchanged = await failing(copy);
  if (unchanged.length > 0) throw new Error(`without any mutant these fail:\n${unchanged.join('\n')}`);
  const survivors: string[] = [];
  for (const mutant of chosen) {
    const original = readFileSync(pathOf(mutant), 'utf8');
    writeFileSync(pathOf(mutant), original.split(mutant.text).join(mutant.replacement));
    const caught = await failing(copy);
    writeFileSync(pathOf(mutant), original);
    if (caught.length === 0) survivors.push(`${mutant.file}: ${mutant.name}`);
    const by = caught.length > 3 ? `${caught.slice(0, 3).join('; ')}; ${caught.length - 3} more` : caught.join('; ');
    write(
      `${caught.length === 0 ? 'SURVIVED' : 'caught  '} ${mutant.file}: ${mutant.name}${by === '' ? '' : `  <- ${by}`}`
    );
  }
  write(`mutants ${chosen.length}, caught ${chosen.length - survivors.length}, survived ${survivors.length}`);
  process.exitCode = survivors.length === 0 ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
