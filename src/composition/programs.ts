import { realpathSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { KubectlCluster } from '../adapters/kubectl/cluster.ts';
import { namedPrograms } from '../domain/binding/named-programs.ts';
import { RelctlError } from '../errors.ts';
import type { Config } from '../plan/config.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ManifestSource } from '../ports/manifest-source.ts';
import type { NamedPrograms } from '../ports/named-programs.ts';
import type { Prompter } from '../ports/prompter.ts';
import { command } from '../text/command-line.ts';

/** What says whether the programs of a repository may be run. */
export interface ProgramsGround {
  readonly config: Config;
  /** Absolute path of the work tree. */
  readonly root: string;
  /** Folder for what is remembered of this clone; only the user can write there. */
  readonly state: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks the person; where it is left out, only what was answered before counts. */
  readonly prompter?: Prompter;
  /** What was typed behind `relctl`. */
  readonly argv?: readonly string[];
}

/** What `--trust-commands` sets. A variable is no content of the repository. */
const TRUST_VARIABLE = 'RELCTL_TRUST_COMMANDS';

/**
 * The answer of a clone, kept in the user's cache folder. It is given once, for all programs of the repository; what relctl.yaml names since
 * is asked for anew.
 */
export function createNamedPrograms(ground: ProgramsGround): NamedPrograms {
  const { config, root, state, env } = ground;
  const lines = namedPrograms(config, (path) => isInside(root, path));
  const file = join(state, 'trusted-commands');
  let allowed: Promise<void> | undefined;
  const decide = async (line: string | undefined): Promise<void> => {
    const before = (await readFile(file, 'utf8').catch(() => undefined))?.split('\n');
    const named = [...(line === undefined || before !== undefined ? [] : [line]), ...lines];
    const shown = [...new Set(named)].filter((one) => before?.includes(one) !== true);
    if (before !== undefined && shown.length === 0) return;
    if (env[TRUST_VARIABLE] !== '1') await ask(ground, shown);
    await mkdir(state, { recursive: true, mode: 0o700 });
    await writeFile(file, [...(before ?? []).filter((one) => one !== ''), ...shown, ''].join('\n'), { mode: 0o600 });
  };
  return {
    lines,
    allow(argv) {
      allowed ??= decide(argv === undefined ? undefined : command`${argv}`);
      return allowed;
    },
  };
}

async function ask({ prompter, argv }: ProgramsGround, shown: readonly string[]): Promise<void> {
  if (prompter?.interactive !== true) throw untrusted(shown, argv);
  await prompter.show([
    { kind: 'heading', text: 'This repository names programs that relctl runs on this machine' },
    { kind: 'text', text: shown.join('\n') },
    { kind: 'text', text: 'Plans in releases/ name more: smoke tests, checks of resources and drills of alerts.' },
  ]);
  const yes = await prompter.confirm({
    message: 'Run the programs of this repository, now and later in this clone?',
    flag: '--trust-commands',
    default: false,
    approval: true,
  });
  if (yes) return;
  throw new RelctlError('answer.declined', 'the programs of this repository are not run', {
    why: 'You said no.',
    hints: ['git log -p -- relctl.yaml releases'],
  });
}

function untrusted(shown: readonly string[], argv: readonly string[] | undefined): RelctlError {
  return new RelctlError(
    'commands.untrusted',
    `this clone has not run these programs of its repository before: ${shown.join('; ')}`,
    {
      why: 'Whoever may push to the repository chooses them, and here nobody can be asked.',
      hints: [
        argv === undefined ? 'the same command with --trust-commands' : command`relctl ${argv} --trust-commands`,
        `in CI: ${TRUST_VARIABLE}=1`,
      ],
      data: { programs: shown },
    },
  );
}

/**
 * True for a path that leads into the work tree, by whatever links. What the system makes up for each process, such as `/proc/self/cwd`, leads
 * anywhere, and counts as inside.
 */
export function isInside(root: string, path: string): boolean {
  const named = resolve(root, path);
  const [real, realRoot] = [realPath(named), realPath(root)];
  return [named, real].some((one) => /^\/(proc|dev)(\/|$)/.test(one) || isBelow(realRoot, one) || isBelow(root, one));
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Where a path leads; of one that is not there, where what is there of it leads. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPath(above), basename(path));
  }
}

/** A cluster whose kubeconfig relctl.yaml names: nothing is asked of it before the programs that it may start are allowed. */
export function guardedCluster<C extends KubectlCluster>(cluster: C, programs: Pick<NamedPrograms, 'allow'>): C {
  const guarded = <A extends unknown[], R>(act: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      await programs.allow();
      return act(...args);
    };
  };
  return {
    ...cluster,
    identity: guarded(cluster.identity),
    access: guarded(cluster.access),
    get: guarded(cluster.get),
    list: guarded(cluster.list),
    glance: guarded(cluster.glance),
    keys: guarded(cluster.keys),
    create: guarded(cluster.create),
    apply: guarded(cluster.apply),
    replace: guarded(cluster.replace),
    remove: guarded(cluster.remove),
    diff: guarded(cluster.diff),
    rehearse: guarded(cluster.rehearse),
    sinceWritten: guarded(cluster.sinceWritten),
    services: guarded(cluster.services),
    logs: guarded(cluster.logs),
    fetchOf(service) {
      const send = cluster.fetchOf(service);
      return guarded((...request: Parameters<typeof fetch>) => send(...request));
    },
    async *followLog(...args: Parameters<KubectlCluster['followLog']>) {
      await programs.allow();
      yield* cluster.followLog(...args);
    },
    async *follow(...args: Parameters<Cluster['follow']>) {
      await programs.allow();
      yield* cluster.follow(...args);
    },
  };
}

/** Sources that are programs of the company are run once they are allowed; kustomize and helm run none of the repository. */
export function guardedManifests(manifests: ManifestSource, programs: NamedPrograms): ManifestSource {
  return {
    async render(commit, request) {
      if (request.source.kind === 'command') await programs.allow();
      return manifests.render(commit, request);
    },
  };
}
