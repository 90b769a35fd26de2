import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlanStore } from '../../src/adapters/fs/plan-store.ts';
import { createWorkspace } from '../../src/adapters/fs/workspace.ts';
import { openRepository } from '../../src/adapters/git/repository.ts';
import { phaseOf } from '../../src/domain/history/state.ts';
import type { ReleasePlan } from '../../src/plan/release-plan.ts';
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
  /** Takes over what the remote has; nothing here may be unshared. */
  pull(): void;
}

/** A bare remote with clones of it, and a hook that can hold pushes back until there are several. */
export interface SharedClones {
  readonly company: Company;
  readonly remote: string;
  clone(person: string): Promise<Clone>;
  /** The next two pushes wait for each other before either may move the branch. */
  armBarrier(): void;
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
export async function openSharedClones(options: CompanyOptions = {}): Promise<SharedClones> {
  const company = await openCompany(options);
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
        pull: () => void git('pull', '--quiet', '--ff-only'),
      };
    },
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
