import { readFileSync } from 'node:fs';

export interface Measured<T> {
  readonly value: T;
  readonly wallMs: number;
  /** Of service and engine together, seconds. */
  readonly cpuS: number;
  /** Highest sum of both processes' resident memory, MB of 10^6 bytes. */
  readonly peakMb: number;
  /** This process's share of it. */
  readonly ownMb: number;
}

/** Kernel ticks in a second; the same on every Linux that Node runs on. */
const ticksPerS = 100;
const lookEveryMs = 25;

function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name in parentheses: user and system time are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerS;
}

function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kb ?? 0) * 1024) / 1e6;
}

/** Runs work and measures time, processor and memory of this process and the engine's. Linux only. */
export async function measure<T>(enginePid: number, work: () => Promise<T>): Promise<Measured<T>> {
  const pids = [process.pid, enginePid];
  const cpu = (): number => pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
  let [peakMb, ownMb] = [0, 0];
  const look = (): void => {
    const own = residentMb(process.pid);
    const sum = own + residentMb(enginePid);
    if (sum > peakMb) [peakMb, ownMb] = [sum, own];
  };
  const timer = setInterval(look, lookEveryMs);
  const [began, cpuBefore] = [performance.now(), cpu()];
  try {
    const value = await work();
    look();
    return { value, wallMs: performance.now() - began, cpuS: cpu() - cpuBefore, peakMb, ownMb };
  } finally {
    clearInterval(timer);
  }
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Three digits that mean something. */
export const rounded = (value: number): number => Number(value.toPrecision(3));
