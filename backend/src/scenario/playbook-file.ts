import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { Issue } from '@loglake/contract/problem';
import { playbook, type Playbook } from '@loglake/contract/scenario';

/** A file of the playbooks directory: what it says, or everything that is wrong with it. */
export interface PlaybookFile {
  /** Relative to the directory. */
  readonly path: string;
  readonly playbook: Playbook | null;
  readonly issues: readonly Issue[];
}

type Keys = readonly (string | number)[];

/** Where the value at `keys` begins; of a missing key, where its parent begins. */
function placeOf(document: Document, lines: LineCounter, keys: Keys): { line: number; column: number } {
  for (let depth = keys.length; depth >= 0; depth -= 1) {
    const node: unknown = depth === 0 ? document.contents : document.getIn(keys.slice(0, depth), true);
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return { line, column: col };
    }
  }
  return { line: 1, column: 1 };
}

function yamlIssue(file: string, message: string, line: number, column: number): Issue {
  return { code: 'scenario.yaml', message: message.split('\n')[0] ?? 'not valid YAML', path: file, line, column };
}

/** The document's value, or why there is none: a few lines of YAML must not unfold into gigabytes. */
function unfolded(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Parses one playbook. All problems at once, each with line and column. */
export function parsePlaybook(text: string, file: string): PlaybookFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    const issues = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return yamlIssue(file, error.message, line, col);
    });
    return { path: file, playbook: null, issues };
  }
  const value = unfolded(document);
  if (value instanceof Error) return { path: file, playbook: null, issues: [yamlIssue(file, value.message, 1, 1)] };
  const parsed = playbook.safeParse(value);
  if (parsed.success) return { path: file, playbook: parsed.data, issues: [] };
  const issues = parsed.error.issues.map((issue) => {
    const keys = issue.path.filter((key) => typeof key !== 'symbol');
    const where = keys.length > 0 ? `${keys.join('.')}: ` : '';
    return {
      code: `scenario.${issue.code}`,
      message: where + issue.message,
      path: file,
      ...placeOf(document, lines, keys),
    };
  });
  return { path: file, playbook: null, issues };
}

function withoutTwins(files: readonly PlaybookFile[]): PlaybookFile[] {
  const first = new Map<string, string>();
  return files.map((file) => {
    if (file.playbook === null) return file;
    const { id } = file.playbook;
    const owner = first.get(id);
    if (owner === undefined) {
      first.set(id, file.path);
      return file;
    }
    const message = `id: ${id} is taken by ${owner}`;
    return {
      path: file.path,
      playbook: null,
      issues: [{ code: 'scenario.twin', message, path: file.path, line: 1, column: 1 }],
    };
  });
}

/** All `*.yml` and `*.yaml` of a directory, by name. A file that is wrong does not hide the others. */
export async function readPlaybooks(directory: string): Promise<PlaybookFile[]> {
  const names = (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).sort();
  const files = names.map(async (name) => parsePlaybook(await readFile(path.join(directory, name), 'utf8'), name));
  return withoutTwins(await Promise.all(files));
}
