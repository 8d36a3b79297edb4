import { randomUUID } from 'node:crypto';
import { ServiceError, messageOf } from '../../src/error.ts';
import { createDetection, type Detection } from '../../src/detect/run/detection.ts';
import { randomOf, rulesOf, singleRule } from '../../src/detect/run/fixture.ts';
import type { RangeEvaluator, RuleSet } from '../../src/detect/run/evaluate-range.ts';
import { type WriterLease, createWriterLease } from '../../src/detect/run/writer-lease.ts';
import { silentLog } from '../../src/log.ts';
import { type Faults, type ModelStore, createModelStore } from './model-store.ts';
import { type Tables, commitPart, emptyTables, mergeParts } from './tables.ts';
import type { ModelEvent } from './tables.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { type Process, type World, createWorld } from './world.ts';

export interface ScheduleOptions {
  readonly seed: number;
  readonly faults?: Faults;
}

/** What happened, so that a run of many schedules can say what it has seen. */
export interface Seen {
  kills: number;
  sleeps: number;
  releases: number;
  merges: number;
  inserts: number;
  /** Blocks that were committed after a higher number was. */
  lateBlocks: number;
  compactions: number;
}

export interface Verdict extends Outcome {
  readonly seen: Seen;
  readonly steps: number;
  /** Rows that a cursor on the insert's time, and one on the highest block number, would have left out. */
  readonly missedByTime: number;
  readonly missedByHeight: number;
}

interface Member {
  readonly process: Process;
  readonly detection: Detection;
  readonly lease: WriterLease;
  beats: (() => void)[];
  looking: boolean;
}

interface Insert {
  readonly events: readonly ModelEvent[];
  readonly partition: string;
  readonly begunAt: number;
  /** Given when the insert begins (Replicated); otherwise when it commits. */
  readonly block: number | undefined;
}

const rules = rulesOf(singleRule(1, 'a'));
const startMs = Date.UTC(2026, 0, 1);
/** Steps; a range takes 40 to 100 of them. */
const leaseSteps = 200;
const stepsMax = 60_000;

/** Marks of cursors that services without a ledger keep; they read whenever the world says so. */
interface Cursor {
  mark: number;
  readonly read: Set<string>;
}

class Schedule {
  readonly random: () => number;
  readonly world: World;
  readonly tables: Tables = emptyTables();
  readonly events: ModelEvent[] = [];
  readonly seen: Seen = { kills: 0, sleeps: 0, releases: 0, merges: 0, inserts: 0, lateBlocks: 0, compactions: 0 };
  readonly members: Member[] = [];
  readonly byTime: Cursor = { mark: -1, read: new Set() };
  readonly byHeight: Cursor = { mark: 0, read: new Set() };
  readonly unexpected: string[] = [];
  private readonly options: ScheduleOptions;
  private readonly allocates: boolean;
  private pending: Insert[] = [];
  private readonly eventsMax: number;

  constructor(options: ScheduleOptions) {
    this.options = options;
    this.random = randomOf(options.seed);
    this.world = createWorld({ random: this.random, lostShare: 0.01 });
    this.allocates = this.random() < 0.5;
    this.eventsMax = 10 + Math.floor(this.random() * 30);
  }

  private below(count: number): number {
    return Math.floor(this.random() * count);
  }

  join(alone = false): Member {
    const process: Process = { name: `p${this.members.length}`, alive: true, asleepUntil: 0 };
    const model = createModelStore(this.world, this.tables, process, this.options.faults ?? {});
    const beats: (() => void)[] = [];
    const lease = createWriterLease({
      store: model.store,
      log: silentLog,
      owner: process.name,
      leaseMs: leaseSteps,
      alone,
      every: (work) => {
        beats.push(work);
        return () => beats.splice(beats.indexOf(work), 1);
      },
      pause: () => this.world.call(process, { write: false, begin: () => undefined, commit: () => undefined }),
    });
    // Clocks of processes differ by up to an hour; nothing may depend on them.
    const skewMs = (this.random() - 0.5) * 7_200_000;
    const detection = createDetection({
      store: model.store,
      lease,
      rules,
      clock: () => Math.round(startMs + this.world.now() + skewMs),
      log: silentLog,
      onFinding: () => undefined,
      intervalMs: 1,
      rangeRowsMax: 6,
      lookRowsMax: 12,
      evaluatorOf: (set) => modelEvaluator(set, model),
    });
    const member: Member = { process, detection, lease, beats, looking: false };
    this.members.push(member);
    return member;
  }

  look(member: Member): void {
    if (member.looking) return;
    member.looking = true;
    this.follow(member.detection.look().finally(() => (member.looking = false)));
  }

  private follow(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const known = error instanceof ServiceError && ['store.unavailable', 'service.standby'].includes(error.code);
      if (!known) this.unexpected.push(messageOf(error));
    });
  }

  beginInsert(): void {
    const partition = this.random() < 0.7 ? 'p1' : 'p2';
    const events = Array.from({ length: 1 + this.below(4) }, (): ModelEvent => {
      const at = startMs + this.below(3600) * 1000;
      return { id: uuidOf(this.random), group: `192.0.2.${this.below(3)}`, tsMs: at, matches: this.random() < 0.8 };
    });
    this.events.push(...events);
    const block = this.allocates ? this.tables.nextBlock++ : undefined;
    this.pending.push({ events, partition, begunAt: this.world.now(), block });
    this.seen.inserts += 1;
  }

  commitInsert(): void {
    const insert = this.pending[this.below(this.pending.length)];
    if (insert === undefined) return;
    this.pending = this.pending.filter((one) => one !== insert);
    const block = insert.block ?? this.tables.nextBlock++;
    if (this.tables.parts.some(({ hi }) => hi > block)) this.seen.lateBlocks += 1;
    commitPart(this.tables, block, insert.partition, insert.events, insert.begunAt);
  }

  readCursors(): void {
    const rows = this.tables.parts.flatMap((part) => part.rows);
    for (const row of rows) {
      if (row.insertedAt > this.byTime.mark) this.byTime.read.add(row.id);
      if (row.block > this.byHeight.mark) this.byHeight.read.add(row.id);
    }
    this.byTime.mark = Math.max(this.byTime.mark, ...rows.map((row) => row.insertedAt));
    this.byHeight.mark = Math.max(this.byHeight.mark, ...rows.map((row) => row.block));
  }

  /** One of the things that happen to such a system, or mostly nothing. */
  happen(): void {
    const chance = this.random();
    const alive = this.members.filter(({ process }) => process.alive);
    const one = alive[this.below(alive.length)];
    if (chance < 0.05 && this.events.length < this.eventsMax) this.beginInsert();
    else if (chance < 0.1) this.commitInsert();
    else if (chance < 0.12) this.merge();
    else if (chance < 0.15) this.readCursors();
    else if (one === undefined || (alive.length < 2 && chance < 0.16)) this.join();
    else if (chance < 0.22) this.beat(one);
    else this.befall(one, (chance - 0.22) / 0.78);
  }

  private merge(): void {
    mergeParts(this.tables, this.random);
    this.seen.merges += 1;
  }

  private beat({ process, beats }: Member): void {
    if (process.asleepUntil <= this.world.now()) for (const work of beats) work();
  }

  private befall(member: Member, chance: number): void {
    const { process, lease, detection } = member;
    if (chance < 0.004) {
      this.seen.kills += 1;
      this.world.kill(process);
    } else if (chance < 0.01) {
      this.seen.sleeps += 1;
      process.asleepUntil = this.world.now() + 50 + this.below(800);
    } else if (chance < 0.012 && !member.looking) {
      this.seen.releases += 1;
      this.follow(lease.release());
    } else if (chance < 0.018) {
      this.seen.compactions += 1;
      this.follow(detection.compactLedger());
    } else if (chance < 0.2) this.look(member);
  }

  private arrived(): boolean {
    return this.events.length >= this.eventsMax && this.pending.length === 0;
  }

  async run(): Promise<Verdict> {
    this.join();
    this.join();
    while (this.world.now() < stepsMax && !(this.arrived() && this.random() < 0.002)) {
      this.happen();
      await this.world.step();
    }
    await this.settle();
    const read = (cursor: Cursor): number => this.events.filter(({ id }) => !cursor.read.has(id)).length;
    this.readCursors();
    return {
      ...outcomeOf(this.tables, this.events, this.unexpected),
      seen: this.seen,
      steps: this.world.now(),
      missedByTime: read(this.byTime),
      missedByHeight: read(this.byHeight),
    };
  }

  /** Everybody wakes up and ends what is under way; then one more process reads what is left. */
  private async settle(): Promise<void> {
    for (const { process } of this.members) process.asleepUntil = 0;
    await this.idle(0);
    for (const { process } of this.members) this.world.kill(process);
    const last = this.join(true);
    // Time passes too: a take whose answer was lost is good after a lease.
    for (let looks = 0; looks < 60; looks += 1) {
      this.look(last);
      await this.idle(10);
    }
    // More than once: its answers get lost too.
    for (let times = 0; times < 5; times += 1) {
      this.follow(last.detection.compactLedger());
      await this.idle(0);
    }
    this.world.kill(last.process);
  }

  /** Until nothing is under way, and so many steps at least. */
  private async idle(stepsMin: number): Promise<void> {
    const from = this.world.now();
    while (this.world.now() < from + stepsMin || (this.world.busy() && this.world.now() < 2 * stepsMax))
      await this.world.step();
  }
}

/** Runs one schedule. The same seed gives the same one. */
export function runSchedule(options: ScheduleOptions): Promise<Verdict> {
  return new Schedule(options).run();
}

function uuidOf(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return hex.length === 32 ? [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-') : randomUUID(); // prettier-ignore
}

/** Decides by the event's own mark, so that what is tried is the ledger and the findings, not rules. */
function modelEvaluator(set: RuleSet, model: ModelStore): RangeEvaluator {
  const [rule] = set.singles;
  if (rule === undefined) throw new Error('a rule');
  return {
    columns: [],
    async evaluate(blocks) {
      // Nothing comes that way, but the query is sent.
      for await (const block of blocks) if (block.rows > 0) throw new Error('the model gives no blocks');
      const rows = model.lastRead();
      const matches = rows
        .filter((row) => row.matches)
        .map(({ id, group, tsMs }) => ({
          point: { eventId: id, tsMs, receivedMs: tsMs, host: null, user: null, srcIp: group, dstIp: null },
          runId: '',
          group: { src_ip: group },
          fields: undefined,
        }));
      const byRule = matches.length === 0 ? [] : [[rule.meta.id, { rule, matches, error: '', errors: 0 }] as const];
      return { rows: rows.length, candidates: rows.length, byRule: new Map(byRule) };
    },
  };
}
