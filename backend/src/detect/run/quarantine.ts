/** How much of the time of detection one rule may take, and how often it may fail. */
export interface RuleBudget {
  /** What a rule may use at once, milliseconds of deciding. */
  readonly burstMs: number;
  /** What it may use for ever: of each second that passes, milliseconds. */
  readonly perSecondMs: number;
  /** What it may use for each row that is read, microseconds. */
  readonly perRowUs: number;
  /** Rows that it may fail on. */
  readonly errorsMax: number;
}

/** At 5,000 rows a second a rule may take a fifth of a core for ever, and two seconds at once. */
export const defaultBudget: RuleBudget = { burstMs: 2_000, perSecondMs: 100, perRowUs: 20, errorsMax: 100 };

/** A rule that is not decided any more, and why. */
export interface Held {
  readonly ruleId: string;
  readonly ruleHash: string;
  /** A sentence for people. */
  readonly reason: string;
  /** Unix milliseconds. */
  readonly sinceMs: number;
}

interface RuleName {
  readonly id: string;
  readonly hash: string;
}

/** Holds back rules that are too slow or fail too often, so that the others are not late for them. */
export interface Quarantine {
  /** The held version of a rule; undefined when the rule, or this version of it, may run. */
  heldAs(rule: RuleName): Held | undefined;
  /** Whether any rule is held at all: spares the question. */
  readonly any: boolean;
  /** Adds time that a rule took. True when it is held from now on. */
  spent(rule: RuleName, ms: number): boolean;
  /** Adds rows (one when not given) that a rule failed on. True when it is held from now on. */
  failed(rule: RuleName, error: string, count?: number): boolean;
  /** Rows were read: every rule may use its time for them. */
  rowsRead(rows: number): void;
  /** Takes over what stands in the store: what is held there, and only that, but for what this process holds itself. */
  restore(held: readonly Held[]): void;
  release(ruleId: string): void;
  list(): readonly Held[];
}

export interface QuarantineOptions {
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Called once when a rule is held. Must not throw. */
  readonly onHold?: (held: Held) => void;
  readonly budget?: RuleBudget;
}

interface Account {
  readonly hash: string;
  /** Time used beyond what it may use for ever, milliseconds. */
  usedMs: number;
  /** All time used since the account was opened, and how many rows had been read then. */
  allMs: number;
  readonly openedAtRow: number;
  atMs: number;
  atRow: number;
  errors: number;
}

/** What each rule has used. Only rules that were seen to be slow or to fail have an account. */
class Accounts {
  rows = 0;
  readonly #budget: RuleBudget;
  readonly #clock: () => number;
  readonly #accounts = new Map<string, Account>();

  constructor(budget: RuleBudget, clock: () => number) {
    this.#budget = budget;
    this.#clock = clock;
  }

  #of(rule: RuleName): Account {
    const known = this.#accounts.get(rule.id);
    if (known?.hash === rule.hash) return known;
    const { rows } = this;
    const fresh = { hash: rule.hash, usedMs: 0, allMs: 0, openedAtRow: rows, atMs: this.#clock(), atRow: rows, errors: 0 }; // prettier-ignore
    this.#accounts.set(rule.id, fresh);
    return fresh;
  }

  /** Why the rule has used too much now; undefined while it has not. */
  spent(rule: RuleName, ms: number): string | undefined {
    const { perSecondMs, perRowUs, burstMs } = this.#budget;
    const account = this.#of(rule);
    const nowMs = this.#clock();
    const earned = ((nowMs - account.atMs) * perSecondMs) / 1000 + ((this.rows - account.atRow) * perRowUs) / 1000;
    account.usedMs = Math.max(0, account.usedMs - earned) + ms;
    account.atMs = nowMs;
    account.atRow = this.rows;
    account.allMs += ms;
    if (account.usedMs <= burstMs) return undefined;
    const rows = this.rows - account.openedAtRow;
    return `it is too slow: it used ${(account.allMs / 1000).toFixed(1)} s of deciding, ${rows} rows after it was first slow`;
  }

  /** Why the rule has failed too often now; undefined while it has not. */
  failed(rule: RuleName, error: string, count: number): string | undefined {
    const account = this.#of(rule);
    account.errors += count;
    if (account.errors < this.#budget.errorsMax) return undefined;
    return count === 1 ? `it failed on ${account.errors} rows: ${error}` : `it failed again and again: ${error}`;
  }

  close(ruleId: string): void {
    this.#accounts.delete(ruleId);
  }
}

/** One per process. */
export function createQuarantine(options: QuarantineOptions): Quarantine {
  const { clock, onHold, budget = defaultBudget } = options;
  const accounts = new Accounts(budget, clock);
  const held = new Map<string, Held>();
  /** Held by this process and perhaps not in the store yet. */
  const own = new Set<string>();
  const hold = (rule: RuleName, reason: string | undefined): boolean => {
    if (reason === undefined) return false;
    const entry = { ruleId: rule.id, ruleHash: rule.hash, reason, sinceMs: clock() };
    held.set(rule.id, entry);
    own.add(rule.id);
    accounts.close(rule.id);
    onHold?.(entry);
    return true;
  };
  return {
    heldAs: (rule) => {
      const entry = held.get(rule.id);
      return entry?.ruleHash === rule.hash ? entry : undefined;
    },
    get any() {
      return held.size > 0;
    },
    spent: (rule, ms) => hold(rule, accounts.spent(rule, ms)),
    failed: (rule, error, count = 1) => hold(rule, accounts.failed(rule, error, count)),
    rowsRead: (count) => {
      accounts.rows += count;
    },
    restore(entries) {
      const stored = new Set(entries.map(({ ruleId }) => ruleId));
      for (const id of held.keys()) if (!stored.has(id) && !own.has(id)) held.delete(id);
      for (const entry of entries) {
        own.delete(entry.ruleId);
        held.set(entry.ruleId, entry);
      }
    },
    release: (ruleId) => {
      held.delete(ruleId);
      own.delete(ruleId);
      accounts.close(ruleId);
    },
    list: () => [...held.values()],
  };
}
