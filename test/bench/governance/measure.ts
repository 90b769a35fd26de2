import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What one run of a program took. */
export interface Run {
  /** By the clock on the wall: what a person waits. */
  readonly seconds: number;
  /** Of all processors, in user and system mode, with every child process: what does not depend on who else is at work. */
  readonly cpuSeconds: number;
  /** Largest resident set, in megabytes; of Node programs only. */
  readonly megabytes: number;
  readonly stdout: string;
}

/** Runs a Node program to its end, as a process of its own, and measures it. Fails when it does not exit 0. */
export async function runNode(script: string, args: readonly string[], cwd: string): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-measure-'));
  const preload = join(folder, 'preload.mjs');
  const report = join(folder, 'rss');
  writeFileSync(
    preload,
    `import { writeFileSync } from 'node:fs';\nprocess.on('exit', () => writeFileSync(${JSON.stringify(report)}, String(process.resourceUsage().maxRSS)));\n`,
  );
  try {
    const run = await measured(process.execPath, ['--import', preload, script, ...args], cwd);
    return { ...run, megabytes: Number(readFileSync(report, 'utf8')) / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs any program and measures it. A shell around it tells the processor time of its children (`times`, POSIX), which Node
 * does not.
 */
export async function measured(program: string, args: readonly string[], cwd: string): Promise<Run> {
  const script = '"$@"; code=$?; times >&2; exit $code';
  const began = performance.now();
  const { stdout, stderr } = await execute('sh', ['-c', script, 'sh', program, ...args], { cwd, maxBuffer: 1 << 30 });
  const seconds = (performance.now() - began) / 1000;
  const [, user = '', system = ''] = /(\S+) (\S+)\s*$/.exec(stderr) ?? [];
  return { seconds, cpuSeconds: secondsOf(user) + secondsOf(system), megabytes: 0, stdout };
}

/** The same so many times, one after the other. */
export async function rounds(count: number | string, run: () => Promise<Run>): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (let round = 0; round < Number(count); round += 1) runs.push(await run());
  return runs;
}

/** `0m1.466000s` as seconds. */
function secondsOf(text: string): number {
  const [, minutes = '0', seconds = '0'] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(seconds);
}

/** The middle of several measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Runs of the same thing, as a row of a table. */
export interface Measured {
  readonly name: string;
  readonly runs: readonly Run[];
  /** What it may take, in words. */
  readonly bar?: string;
}

/** Prints what runs took, as a table in Markdown: medians of the times, the most of the memory. */
export function printRuns(title: string, rows: readonly Measured[]): void {
  console.log(`| ${title} | wall | processor | largest memory | bar |`);
  console.log('|-|-|-|-|-|');
  for (const { name, runs, bar } of rows) {
    const [wall, cpu] = [median(runs.map((run) => run.seconds)), median(runs.map((run) => run.cpuSeconds))];
    const memory = Math.max(...runs.map((run) => run.megabytes));
    const shown = memory === 0 ? '–' : `${memory.toFixed(0)} MB`;
    console.log(`| ${name} | ${wall.toFixed(2)} s | ${cpu.toFixed(2)} s | ${shown} | ${bar ?? '–'} |`);
  }
}
