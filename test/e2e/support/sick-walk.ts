import { isDeepStrictEqual } from 'node:util';
import { LEASE_NAME } from '../../../src/domain/deployment/lease.ts';
import type { Result } from './company.ts';
import type { Arena } from './lab.ts';
import { RELEASE } from './lab-product.ts';
import { renew, type SickArena } from './sick-arena.ts';

/** Longest that a command may take: the plan's time-outs are 30 s, and a deployment has three of them on its way. */
const LIMIT_MS = 120_000;

/** One thing that is done on a course. */
export type Step =
  /** Production becomes sick, or well again. */
  | ((sick: SickArena) => Promise<void>)
  /** A relctl command that is given, and how it must end. */
  | Command;

/** A command, and what must be true when it has ended. */
export interface Command {
  readonly args: readonly string[];
  /** Exit code; 0 when left out. */
  readonly code?: number;
  /** The error code of one that fails. */
  readonly error?: string;
  /** What the command says of the trouble. */
  readonly says?: RegExp;
  /** Where the release then stands, and what `relctl status` says of it. */
  readonly status?: { readonly phase: string; readonly says?: RegExp; readonly next: RegExp };
}

/** From the first command to the end that was promised. */
export interface Course {
  readonly steps: readonly Step[];
  /**
   * `out`: the candidate runs, on so many pods. `before`: every object is what it was when production had just become sick, or before
   * the release. `theirs`: as before, but for what others have made of it.
   */
  readonly end:
    | { readonly state: 'out'; readonly pods?: number }
    | { readonly state: 'before'; readonly phase: 'ready' | 'aborted' | 'rolled-back' }
    | { readonly state: 'theirs'; readonly phase: 'aborted' | 'rolled-back' | 'deployed'; readonly image: RegExp };
}

/** What the objects of production have to be compared with is what they are now. */
export const NOW: Command = { args: [] };

/** Walks a course in an arena that was made new, from a clone of its own. Errors: Error, with what is not as promised. */
export async function walk(sick: SickArena, { steps, end }: Course): Promise<void> {
  await renew(sick);
  const { arena } = sick;
  const cwd = arena.clone();
  const earlier = arena.migrations().length;
  let before = await arena.contents();
  for (const step of steps) {
    if (typeof step === 'function') await step(sick);
    else if (step === NOW) before = await arena.contents();
    else await give(sick, cwd, step);
  }
  await nothingLeft(sick);
  const migrations = arena.migrations().slice(earlier);
  expectSame('what migrations did', migrations, migrationsAt(end.state === 'out', migrations.length));
  const { phase } = await statusIn(arena, cwd);
  const after = await arena.contents();
  if (end.state === 'out') {
    expectSame('the phase', phase, 'deployed');
    const deployed = arena.history(cwd).events.findLast((event) => event.type === 'deploy.completed');
    const [image] = (deployed?.data.images as { readonly web?: readonly string[] } | undefined)?.web ?? [];
    expectSame('the image', digestOf(await arena.image()), digestOf(image));
    await sick.ready(end.pods ?? 3);
    return;
  }
  expectSame('the phase', phase, end.phase);
  if (end.state === 'before') expectSame('production', after, before);
  else if (!end.image.test((await arena.image()) ?? '')) throw new Error(`production runs ${await arena.image()}`);
}

async function give({ arena }: SickArena, cwd: string, command: Command): Promise<void> {
  const began = Date.now();
  const result = await arena.relctl([...command.args, '--json'], { cwd });
  const said = `relctl ${command.args.join(' ')}\n${result.stdout.slice(-3000)}\n${result.stderr.slice(-3000)}`;
  const seconds = (Date.now() - began) / 1000;
  if (seconds * 1000 > LIMIT_MS) throw new Error(`${seconds} s is too long: ${said}`);
  expectSame(`the exit code of ${said}`, result.code, command.code ?? 0);
  if (command.error !== undefined) expectSame(`the error of ${said}`, errorIn(result), command.error);
  if (command.says !== undefined && !command.says.test(said)) throw new Error(`not ${command.says}: ${said}`);
  if (command.status !== undefined) await explained(arena, cwd, command.status);
}

async function explained(arena: Arena, cwd: string, wanted: NonNullable<Command['status']>): Promise<void> {
  const { phase, next, text } = await statusIn(arena, cwd);
  expectSame(`the phase in ${text}`, phase, wanted.phase);
  if (wanted.says !== undefined && !wanted.says.test(text)) throw new Error(`not ${wanted.says} in status: ${text}`);
  if (!next.some((one) => wanted.next.test(one))) throw new Error(`no ${wanted.next} in Next: ${next.join('; ')}`);
}

interface Standing {
  readonly phase: string;
  readonly next: readonly string[];
  readonly text: string;
}

async function statusIn(arena: Arena, cwd: string): Promise<Standing> {
  const { stdout, stderr } = await arena.relctl(['status', RELEASE, '--json'], { cwd });
  const { data } = JSON.parse(stdout) as { data?: { phase: string; next: readonly { command: string }[] } };
  if (data === undefined) throw new Error(`relctl status: ${stdout}${stderr}`);
  return { phase: data.phase, next: data.next.map(({ command }) => command), text: stdout };
}

/** An error's code stands where it failed, or in what it was rolled back for. */
function errorIn({ stdout }: Result): string | undefined {
  const document = JSON.parse(stdout) as { code?: string; error?: { code?: string }; data?: { code?: string } };
  return document.error?.code ?? document.data?.code ?? document.code;
}

/** No canary is left, and the lock is free. */
async function nothingLeft({ list, read }: SickArena): Promise<void> {
  const left = (await list('deployments')).map(({ metadata }) => metadata.name).filter((name) => name !== 'web');
  expectSame('Deployments beside web', left, []);
  const lease = await read('leases', LEASE_NAME);
  const { holderIdentity } = (lease?.spec ?? {}) as { readonly holderIdentity?: string };
  expectSame('who holds the lock', holderIdentity ?? '', '');
}

/** A migration that ran is there once, or there and back once. */
function migrationsAt(isOut: boolean, count: number): readonly string[] {
  if (isOut) return ['up'];
  return count === 0 ? [] : ['up', 'down'];
}

function digestOf(image: string | undefined): string | undefined {
  return image?.split('@')[1];
}

function expectSame(what: string, found: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(found, wanted)) return;
  throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}
