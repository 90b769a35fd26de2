import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isByKubectl } from '../../cluster/audit-log.ts';
import { PEOPLE } from '../../e2e/support/company.ts';
import { MANY, type ManyServices } from './many-services.ts';
import { cpuSeconds, megabytes } from './process-figures.ts';

/** What a deployment took. */
export interface Taken {
  readonly seconds: number;
  /** Seconds of processor, with all that it started. */
  readonly cpu: number;
  /** Requests to the API server, watches aside. */
  readonly requests: number;
  /** Resident memory at its most, in megabytes. */
  readonly memory: number;
  /** Kilobytes of the plan with its events, afterwards. */
  readonly plan: number;
}

const LOOK_MS = 100;

/** Runs `relctl deploy` of a release that is ready, and measures it; the control plane keeps an audit log. */
export async function measuredDeployment(root: string, { plane, relctl }: ManyServices): Promise<Taken> {
  const since = plane.requests().length;
  const began = performance.now();
  const child = spawn(process.execPath, [relctl, 'deploy', MANY, '--as', PEOPLE.ops], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk}`.slice(-4000)));
  let code: number | null | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (status) => {
      code = status;
      resolve();
    });
  });
  let [cpu, memory] = [0, 0];
  while (code === undefined) {
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
    if (code !== undefined) break;
    cpu = Math.max(cpu, cpuSeconds(child.pid));
    memory = Math.max(memory, megabytes(child.pid, 'VmHWM') || 0);
  }
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(`relctl deploy ended with ${code}: ${said}`);
  const requests = plane.requests().slice(since).filter(isByKubectl).length;
  return { seconds, cpu, memory, requests, plan: statSync(join(root, 'releases', `${MANY}.yaml`)).size / 1000 };
}

/** Seconds from the first to the last record of the steps that are meant. */
export function recordedSpan(root: string, isMeant: (step: string) => boolean): number {
  const text = readFileSync(join(root, 'releases', `${MANY}.yaml`), 'utf8');
  const times = [...text.matchAll(/^ {4}- (\{.*\})$/gm)]
    .map(([, json = '']) => JSON.parse(json) as { readonly at: string; readonly data: { readonly step?: string } })
    .filter(({ data: { step = '' } }) => isMeant(step))
    .map(({ at }) => Date.parse(at));
  return (Math.max(...times) - Math.min(...times)) / 1000;
}
