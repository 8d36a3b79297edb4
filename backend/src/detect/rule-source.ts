import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Issue } from '@loglake/contract/problem';
import { messageOf } from '../error.ts';
import type { LoadedRules } from './catalogue.ts';
import { compileRules } from './compile/compile-rules.ts';
import { createFileStamps, type FileStamps } from './file-stamps.ts';
import { loadLists, type LoadedLists } from './load-lists.ts';
import { loadPipelines, type LoadedPipelines } from './load-pipelines.ts';
import { isRuleFile } from './load-rules.ts';
import { noLists } from './parse/expand.ts';
import { parseRuleFile, type ParsedFile } from './parse/rule-file.ts';
import type { Pipeline } from './pipeline/pipeline.ts';

export interface RuleSourceOptions {
  readonly rulesDirectory: string;
  /** Field pipelines of one's own; none when not given. */
  readonly pipelinesDirectory?: string | undefined;
  /** A file or a directory of lists for placeholders; none when not given. */
  readonly lists?: string | undefined;
  /** Unix milliseconds. */
  readonly clock?: () => number;
}

/** The rules directory, read again where it changes. */
export interface RuleSource {
  /** As last read; before the first `refresh` nothing. */
  current(): LoadedRules;
  /**
   * Looks at the files, reads those that changed, and compiles the set when that changed what is in it. True then. A file
   * that is broken now keeps its last good version running, and its issues are listed. Never throws.
   */
  refresh(): Promise<boolean>;
}

interface RuleFile {
  readonly text: string;
  /** What is in the file now. */
  readonly newest: ParsedFile;
  /** What was in it when nothing was wrong with it. */
  readonly good: ParsedFile | undefined;
}

interface State {
  stamps: FileStamps;
  readonly files: Map<string, RuleFile>;
  /** Files, lists and pipelines that could not be read, by path. */
  readonly unreadable: Map<string, Issue>;
  listStamp: string;
  lists: LoadedLists;
  pipelineStamp: string;
  pipeline: LoadedPipelines | undefined;
  loaded: LoadedRules;
}

/** Files parsed before others get their turn: about 20 ms. */
const filesPerTurn = 20;

export function createRuleSource(options: RuleSourceOptions): RuleSource {
  const { rulesDirectory, pipelinesDirectory, lists, clock } = options;
  const state: State = {
    stamps: new Map(),
    files: new Map(),
    unreadable: new Map(),
    listStamp: '',
    lists: { lists: noLists, issues: [] },
    pipelineStamp: '',
    pipeline: undefined,
    loaded: { rules: [], issues: [], warnings: [], outdated: new Set() },
  };
  const lookAtRules = createFileStamps(rulesDirectory, isRuleFile, clock);
  const lookAtPipelines = stampsBelow(pipelinesDirectory, clock);
  const lookAtLists = stampsBelow(lists, clock);
  return {
    current: () => state.loaded,
    refresh: async () => {
      const changes = [
        await readPipelines(state, await lookAtPipelines(), pipelinesDirectory),
        await readLists(state, await lookAtLists(), lists),
        await readRules(state, rulesDirectory, lookAtRules),
      ];
      if (!changes.includes(true)) return false;
      state.loaded = compiled(state);
      return true;
    },
  };
}

/** One text for all files below a path, or of the file itself; empty when there is nothing to look at. */
function stampsBelow(given: string | undefined, clock?: () => number): () => Promise<string> {
  if (given === undefined) return () => Promise.resolve('none');
  const asFolder = createFileStamps(given, () => true, clock);
  const asFile = createFileStamps(path.dirname(given), (file) => file === path.basename(given), clock);
  return async () => {
    for (const look of [asFolder, asFile]) {
      try {
        return JSON.stringify([...(await look())]);
      } catch {
        // A file is no folder; what is nowhere is reported when it is read.
      }
    }
    return 'away';
  };
}

/** With anything wrong in them the last whole ones stay: half of a pipeline would look at the wrong fields. */
async function readPipelines(state: State, stamp: string, directory: string | undefined): Promise<boolean> {
  if (stamp === state.pipelineStamp) return false;
  state.pipelineStamp = stamp;
  const read = await loadPipelines(directory);
  const before = state.pipeline;
  const pipeline = read.issues.length === 0 ? read.pipeline : (before?.pipeline ?? read.pipeline);
  state.pipeline = { pipeline, issues: read.issues };
  return true;
}

/** With anything wrong in them the last good ones stay. Rules that use lists are read again. */
async function readLists(state: State, stamp: string, given: string | undefined): Promise<boolean> {
  if (stamp === state.listStamp) return false;
  const first = state.listStamp === '';
  state.listStamp = stamp;
  const read = await loadLists(given);
  state.lists = { lists: read.issues.length === 0 || first ? read.lists : state.lists.lists, issues: read.issues };
  for (const [file, { text, good }] of state.files) {
    if (!text.includes('expand')) continue;
    state.files.set(file, { text, newest: parseRuleFile(text, file, { lists: state.lists.lists }), good });
  }
  return true;
}

async function readRules(state: State, directory: string, look: () => Promise<FileStamps>): Promise<boolean> {
  let stamps: FileStamps;
  try {
    stamps = await look();
  } catch (error) {
    return notReadable(state, '', messageOf(error));
  }
  let changed = state.unreadable.delete('');
  for (const file of [...state.files.keys(), ...state.unreadable.keys()]) {
    if (!stamps.has(file)) {
      changed = true;
      state.files.delete(file);
      state.unreadable.delete(file);
    }
  }
  let read = 0;
  for (const [file, stamp] of stamps) {
    if (state.stamps.get(file) === stamp) continue;
    changed = (await readRule(state, directory, file)) || changed;
    read += 1;
    if (read % filesPerTurn === 0) await nextTurn();
  }
  state.stamps = stamps;
  return changed;
}

async function readRule(state: State, directory: string, file: string): Promise<boolean> {
  const known = state.files.get(file);
  try {
    const text = await readFile(path.join(directory, file), 'utf8');
    const mended = state.unreadable.delete(file);
    if (text === known?.text) return mended;
    const newest = parseRuleFile(text, file, { lists: state.lists.lists });
    state.files.set(file, { text, newest, good: known?.good });
    return true;
  } catch (error) {
    return notReadable(state, file, messageOf(error));
  }
}

function notReadable(state: State, file: string, message: string): boolean {
  if (state.unreadable.get(file)?.message === message) return false;
  state.unreadable.set(file, { code: 'rule.unreadable', message, path: file });
  return true;
}

/** The set of what each file says now, or of what it said when it was last good. */
function compiled(state: State): LoadedRules {
  const pipeline = state.pipeline?.pipeline;
  const files = [...state.files].sort(([a], [b]) => (a < b ? -1 : 1));
  const used = new Map(files.map(([path, file]) => [path, file.newest.issues.length === 0 ? file.newest : (file.good ?? file.newest)])); // prettier-ignore
  let set = compileUsed(used, pipeline);
  const refused = new Map(files.map(([path]) => [path, set.issues.filter((issue) => issue.path === path)]));
  const back = files.filter(([path, { good }]) => good !== undefined && used.get(path) !== good && refused.get(path)?.length !== 0); // prettier-ignore
  if (back.length > 0) {
    for (const [path, { good }] of back) if (good !== undefined) used.set(path, good);
    set = compileUsed(used, pipeline);
  }
  const issues = [
    ...(state.pipeline?.issues ?? []),
    ...state.lists.issues,
    ...state.unreadable.values(),
    ...files.flatMap(([, { newest }]) => newest.issues),
    ...back.flatMap(([path]) => refused.get(path) ?? []),
    ...set.issues,
  ];
  const bad = new Set(issues.map((issue) => issue.path));
  for (const [path, file] of files) if (!bad.has(path)) state.files.set(path, { ...file, good: file.newest });
  const outdated = files.filter(([path, { newest }]) => used.get(path) !== newest).map(([path]) => path);
  return {
    rules: set.rules,
    issues,
    warnings: [...files.flatMap(([path]) => used.get(path)?.warnings ?? []), ...set.warnings],
    outdated: new Set([...outdated, ...[...state.unreadable.keys()].filter((path) => state.files.has(path))]),
  };
}

function compileUsed(used: ReadonlyMap<string, ParsedFile>, pipeline: Pipeline | undefined) {
  return compileRules(
    [...used.values()].flatMap((one) => [...one.rules, ...one.filters]),
    pipeline
  );
}
