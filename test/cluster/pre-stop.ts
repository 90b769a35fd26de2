import type { StopHook } from './pod.ts';
import { startProgram } from './process.ts';

/** Where a hook runs. */
export interface HookSurroundings {
  readonly folder: string;
  readonly log: string;
}

/**
 * Carries out the `preStop` of a container, as a kubelet does before it sends SIGTERM: for as long as it takes, but no longer than
 * the pod's grace, of which it uses up a part.
 * @returns the milliseconds of grace that are left
 */
export async function preStop(hook: StopHook | undefined, graceMs: number, around: HookSurroundings): Promise<number> {
  if (hook === undefined || graceMs <= 0) return graceMs;
  const began = performance.now();
  if (hook.sleep !== undefined) await pause(Math.min(hook.sleep.seconds * 1000, graceMs));
  const [program, ...args] = hook.exec?.command ?? [];
  if (program !== undefined) {
    const env = { PATH: process.env.PATH ?? '/usr/bin:/bin' };
    const running = await startProgram(program, args, { log: around.log, cwd: around.folder, env });
    await Promise.race([running.exited, pause(graceMs)]);
    await running.stop(0);
  }
  return Math.max(0, graceMs - (performance.now() - began));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
