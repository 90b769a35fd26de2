import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openGround } from '../../src/composition/ground.ts';
import { foldState } from '../../src/domain/history/fold.ts';
import type { RecordedEvent } from '../../src/plan/events.ts';
import { audit } from '../../src/usecases/audit.ts';
import { type Company, openCompany } from '../support/company.ts';
import { OPERATOR, type Station, walkTo } from '../support/company-walk.ts';
import type { Finished, Installed } from '../support/installed.ts';
import { SAMPLE_ID } from '../support/sample-plan.ts';
import { cacheHome, copyState, stateOf } from '../support/state.ts';

const PRELOAD = fileURLToPath(new URL('./kill-at.js', import.meta.url));

/** A repository in which a release stands at one phase; each experiment works on a copy of its own. */
export interface CrashLab {
  /** Runs a command in a copy; `kill` says where to kill it. */
  inCopy<T>(work: (copy: string) => Promise<T>): Promise<T>;
  remove(): void;
}

/** One service on few pods with a short bake, allowed by this company's own policy: enough steps, and quick. */
export async function openCrashLab(station: Station): Promise<CrashLab> {
  const company: Company = await openCompany({
    onDisk: true,
    shape: {
      replicas: { web: 3 },
      policy: (text) =>
        text
          .replace('maxShare: 15%', 'maxShare: 30%')
          .replace('minBake: 15m', 'minBake: 1m')
          .replace('warmup: 2m', 'warmup: 0s'),
    },
    plan: ({ spec }) => {
      spec.services = spec.services.slice(0, 1);
      spec.slos = spec.slos.slice(0, 1);
      spec.environmentVariables = [];
      spec.resources = [];
      spec.alerts = [];
      for (const migration of spec.migrations ?? []) migration.service = 'web';
      spec.canary = { ...spec.canary, bake: '60s', look: '30s', extension: '60s' };
    },
  });
  await walkTo(company, station);
  if (station === 'ready') await company.advanceToWindow();
  return {
    async inCopy(work) {
      const copy = mkdtempSync(join(tmpdir(), 'relctl-crash-'));
      try {
        cpSync(company.git.root, copy, { recursive: true });
        await copyState(company.git.root, copy);
        return await work(copy);
      } finally {
        rmSync(copy, { recursive: true, force: true });
      }
    },
    remove: () => company.close(),
  };
}

/** Runs relctl as the operator, to its end. */
export function operate(relctl: Installed, cwd: string, args: readonly string[]): Promise<Finished> {
  return relctl.run([...args, '--as', OPERATOR], { cwd });
}

/** Runs relctl and kills it at the n-th time that a file takes its place. */
export function killAt(
  relctl: Installed,
  cwd: string,
  args: readonly string[],
  n: number,
  when: 'before' | 'after',
): Promise<Finished> {
  return relctl.run([...args, '--as', OPERATOR], { cwd, ...killing(n, when) });
}

/** What a process is run with so that it is killed at the n-th time that a file takes its place. */
export function killing(n: number, when: 'before' | 'after') {
  return { node: ['--import', PRELOAD], env: { KILL_AT: String(n), KILL_WHEN: when } };
}

/** How many times files take their places when nothing is killed. */
export async function countPlacements(relctl: Installed, lab: CrashLab, args: readonly string[]): Promise<number> {
  return lab.inCopy(async (copy) => {
    const report = join(copy, 'report.txt');
    const node = ['--import', PRELOAD];
    const finished = await relctl.run([...args, '--as', OPERATOR], { cwd: copy, node, env: { REPORT: report } });
    if (finished.exitCode !== 0) throw new Error(`without a kill it must succeed:\n${finished.stderr}`);
    return Number(readFileSync(report, 'utf8'));
  });
}

/** What the files of a copy amount to; reading them fails when one is torn. */
export async function examine(copy: string) {
  const ground = await openGround(copy, { XDG_CACHE_HOME: cacheHome(copy) }, { records: 'known' });
  const { events } = await ground.store.load(SAMPLE_ID);
  const audited = await audit(ground, SAMPLE_ID);
  return {
    state: foldState(events),
    audit: audited.result,
    repeatedSteps: repeated(completedSteps(events)),
    repeatedMessages: repeated(
      events.flatMap((event) => (event.type === 'notification.queued' ? [event.data.key] : [])),
    ),
    undelivered: foldState(events).outbox.filter((entry) => entry.sent.length < entry.channels.length).length,
    leftovers: leftovers(join(copy, 'releases')),
    objects: await productionObjects(copy),
  };
}

/** Steps that must be done once. Putting back and comparing are looks that find things done already, and may be repeated. */
function completedSteps(events: readonly RecordedEvent[]): readonly string[] {
  const looks = ['undo:canaries', 'undo:objects', 'undo:additions', 'undo:verify'];
  return events.flatMap((event) =>
    event.type === 'step.completed' && !looks.includes(event.data.step)
      ? [`${event.data.attempt} ${event.data.step}`]
      : [],
  );
}

function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** Temporary files beside the plans, which nobody may find in a commit. */
function leftovers(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.tmp'));
}

interface StoredWorld {
  readonly targets: Readonly<
    Record<string, { readonly objects: Readonly<Record<string, { readonly object: object }>> }>
  >;
}

/** Specs and data of what production holds, without the lock and without what the server or a fence sets. */
async function productionObjects(copy: string): Promise<Readonly<Record<string, unknown>>> {
  const file = join(await stateOf(copy), 'sandbox.json');
  if (!existsSync(file)) return {};
  const world = JSON.parse(readFileSync(file, 'utf8')) as StoredWorld;
  const objects = Object.entries(world.targets.production?.objects ?? {});
  return Object.fromEntries(
    objects
      .filter(([key]) => !key.includes('/Lease/'))
      .map(([key, { object }]) => {
        const { spec, data } = object as { spec?: unknown; data?: unknown };
        return [key, { spec, data }];
      }),
  );
}

/** Works on all items, so many at a time, in order of their start. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
