import { readdirSync, readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100;

/** A figure of /proc/<pid>/status, which counts kilobytes of 1,024, as megabytes. */
export function megabytes(pid: number | undefined, name: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return (Number(found?.[1]) * 1024) / 1_000_000;
}

/** Seconds of processor that a process has taken, with what it started and has ended, and with what it started and still runs. */
export function cpuSeconds(pid: number | undefined): number {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const stats = all.flatMap((name) => {
    const stat = statOf(name);
    return stat === undefined ? [] : [{ pid: Number(name), ...stat }];
  });
  const sum = (parent: number): number =>
    stats.filter((one) => one.parent === parent).reduce((total, one) => total + one.ticks + sum(one.pid), 0);
  const own = stats.find((one) => one.pid === pid);
  return own === undefined ? 0 : (own.ticks + sum(own.pid)) / TICKS_A_SECOND;
}

/** Parent, and utime, stime, cutime and cstime: fields 4 and 14 to 17 of /proc/<pid>/stat. Nothing of a process that is gone. */
function statOf(pid: string): { readonly parent: number; readonly ticks: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) };
  } catch {
    return undefined;
  }
}
