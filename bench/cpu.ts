import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** User and system time of one process, in microseconds. Linux only. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}

/** Backends of the named databases: PostgreSQL writes the database into its process title. */
const isBackendOf = (pid: number, databases: readonly string[]): boolean => {
  try {
    const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return title.startsWith('postgres:') && databases.some((name) => title.includes(name));
  } catch {
    return false; // it has ended
  }
};

/** CPU of a process and of the PostgreSQL backends of some databases, in microseconds. Backends that end in between are lost: keep pools open. */
export function cpuWithDatabase(pid: number, databases: readonly string[]): { readonly process: number; readonly database: number } {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  const backends = pids.filter((each) => isBackendOf(each, databases));
  return { process: cpuOf(pid), database: backends.reduce((sum, each) => sum + cpuOf(each), 0) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
