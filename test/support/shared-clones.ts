import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlanStore } from '../../src/adapters/fs/plan-store.ts';
import { createWorkspace } from '../../src/adapters/fs/workspace.ts';
import { openRepository } from '../../src/adapters/git/repository.ts';
import { openRecords } from '../../src/composition/records.ts';
import { phaseOf } from '../../src/domain/history/fold.ts';
import type { Progress } from '../../src/domain/outcome/progress.ts';
import type { ReleasePlan } from '../../src/plan/release-plan.ts';
import type { Records } from '../../src/ports/records.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { Journal } from '../../src/usecases/release/journal.ts';
import { type SharedRecords, shareRecords } from '../../src/usecases/sharing/share.ts';
import { type Company, type CompanyOptions, openCompany } from './company.ts';

/** A clone in which one person works. */
export interface Clone {
  readonly root: string;
  readonly context: Context;
  git(...args: string[]): string;
  plan(): Promise<ReleasePlan>;
  /** The history as a command sees it and writes to it. */
  journal(): Promise<Journal>;
  push(): Promise<SharedRecords>;
  /** The same person's context as a command opens it anew, with records on the records branch of the remote. */
  onBranch(): Promise<Context & { readonly records: Records }>;
  /** Takes over what the remote has; nothing here may be unshared. */
  pull(): void;
  /** Its disk is lost. */
  remove(): void;
}

/** A bare remote with clones of it, and a hook that can hold pushes back until there are several. */
export interface SharedClones {
  readonly company: Company;
  readonly remote: string;
  clone(person: string): Promise<Clone>;
  /** The next two pushes wait for each other before either may move the branch. */
  armBarrier(): void;
  /** Has the server refuse pushes to branches whose full name matches; of a pattern of the shell. */
  refuse(pattern: string): void;
  /** The plan as the remote has it. */
  shared(): Promise<ReleasePlan>;
  close(): void;
}

/**
 * Runs before the server moves a ref, once for each push. While the barrier is armed, a push waits until two have come this far:
 * both have then seen the branch where it was, and only the lock of the ref decides.
 */
const PRE_RECEIVE = `#!/bin/sh
cat > /dev/null
mkdir "$BARRIER/$$" 2> /dev/null || exit 0
waited=0
while [ -d "$BARRIER" ] && [ "$(ls "$BARRIER" | wc -l)" -lt 2 ] && [ $waited -lt 500 ]; do sleep 0.02; waited=$((waited + 1)); done
sleep 0.05
rm -rf "$BARRIER"
exit 0
`;

/** Sets up a company whose repository is a bare remote that people clone. */
export async function openSharedClones(
  options: CompanyOptions & { readonly ready?: (company: Company) => Promise<void> } = {},
): Promise<SharedClones> {
  const company = await openCompany(options);
  await options.ready?.(company);
  const folder = mkdtempSync(join(tmpdir(), 'relctl-shared-'));
  const remote = join(folder, 'remote.git');
  const barrier = join(folder, 'barrier');
  company.git.git('add', '--all');
  company.git.git('commit', '--quiet', '-m', 'Plan the release');
  execFileSync('git', ['clone', '--quiet', '--bare', company.git.root, remote]);
  const hook = join(remote, 'hooks', 'pre-receive');
  writeFileSync(hook, PRE_RECEIVE.replaceAll('$BARRIER', barrier));
  chmodSync(hook, 0o755);
  let clones = 0;
  return {
    company,
    remote,
    async clone(person) {
      clones += 1;
      const root = join(folder, `clone-${clones}`);
      execFileSync('git', ['clone', '--quiet', remote, root]);
      const git = (...args: string[]): string =>
        execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
      for (const [key, value] of [
        ['user.name', person],
        ['user.email', person],
        ['commit.gpgSign', 'false'],
      ]) {
        git('config', key ?? '', value ?? '');
      }
      const context = company.as(person, {
        store: createPlanStore({ root, releases: 'releases', state: join(root, '.state'), phaseOf }),
        repository: await openRepository(root),
        workspace: createWorkspace(root, ''),
      });
      return {
        root,
        context,
        git,
        plan: () => context.store.load(company.id),
        journal: async () => new Journal(context, await context.store.load(company.id)),
        push: () => shareRecords(context, [company.id], { push: true }),
        remove: () => rmSync(root, { recursive: true, force: true }),
        pull: () => void git('pull', '--quiet', '--ff-only'),
        async onBranch() {
          const workTree = createPlanStore({ root, releases: 'releases', state: join(root, '.state'), phaseOf });
          const sink = { emit: (progress: Progress) => void company.told.push(progress) };
          const opened = await openRecords(
            {
              root,
              state: join(root, '.git', 'relctl-state'),
              env: {},
              workTree,
              workspace: company.as(person).workspace,
            },
            { records: 'shared', sink },
          );
          if (opened === undefined) throw new Error('a clone without a remote');
          return { ...context, ...opened };
        },
      };
    },
    refuse: (pattern) =>
      writeFileSync(
        hook,
        `#!/bin/sh\nwhile read -r _ _ ref; do case "$ref" in ${pattern}) echo "$ref is protected" >&2; exit 1;; esac; done\n`,
      ),
    armBarrier: () => void mkdirSync(barrier),
    async shared() {
      const root = mkdtempSync(join(folder, 'look-'));
      execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${remote}`, root], { stdio: 'ignore' });
      return createPlanStore({ root, releases: 'releases', state: join(root, '.state'), phaseOf }).load(company.id);
    },
    close() {
      company.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
