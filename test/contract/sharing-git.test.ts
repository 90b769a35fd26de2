import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Invocation } from '../../src/commands/command.ts';
import { sharing } from '../../src/commands/sharing.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import type { Progress } from '../../src/domain/outcome/progress.ts';
import { RelctlError } from '../../src/errors.ts';
import { Journal } from '../../src/usecases/release/journal.ts';
import { subjectOf } from '../../src/usecases/release/subject.ts';
import { commitRecords } from '../../src/usecases/sharing/commit-records.ts';
import { race } from '../bench/governance/races.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { type Clone, openSharedClones, type SharedClones } from '../support/shared-clones.ts';

test('of two pushes at the same moment one is first; votes that both stand are put together, and no event is lost', async () => {
  expect(await race(8)).toEqual({ rounds: 8, singleWinners: 8, putTogether: 6, refused: 2, lost: 0 });
}, 120_000);

describe('pushing', () => {
  let clones: SharedClones;
  let ada: Clone;
  beforeEach(async () => {
    clones = await openSharedClones();
    ada = await clones.clone(PEOPLE.rdLead);
  });
  afterEach(() => clones.close());

  const file = () => `releases/${clones.company.id}.yaml`;
  async function record(clone: Clone, reason = 'because'): Promise<void> {
    await (await clone.journal()).record('exception.granted', { gate: 'time.cab-lead', reason, command: 'submit-cab' });
  }
  async function submit(clone: Clone): Promise<void> {
    const journal = await clone.journal();
    await journal.record('cab.submitted', { ...subjectOf(journal.plan), round: 1 });
  }

  test('commits exactly the files of the release, and nothing that is staged or changed beside', async () => {
    writeFileSync(join(ada.root, 'services/web/main.js'), '// staged\n');
    ada.git('add', 'services/web/main.js');
    writeFileSync(join(ada.root, 'services/api/main.js'), '// changed\n');
    await ada.context.store.keep(clones.company.id, 'note.txt', 'kept');
    await record(ada);
    const shared = await ada.push();
    expect(ada.git('show', '--name-only', '--format=%s', 'HEAD').split('\n')).toEqual([
      `release(${clones.company.id}): exception.granted by ${PEOPLE.rdLead}`,
      '',
      file(),
      `releases/${clones.company.id}/note.txt`,
    ]);
    expect(shared).toMatchObject({ pushed: 'origin/main', rebased: 0 });
    expect(ada.git('diff', '--cached', '--name-only')).toBe('services/web/main.js');
    expect(ada.git('diff', '--name-only')).toBe('services/api/main.js');
    expect((await clones.shared()).events.at(-1)?.type).toBe('exception.granted');
  });

  test('goes on from what others pushed, code and all, and keeps what is changed here', async () => {
    const bea = await clones.clone(PEOPLE.cab[0]);
    writeFileSync(join(bea.root, 'services/web/main.js'), '// from bea\n');
    bea.git('commit', '--quiet', '-am', 'Change the web');
    bea.git('push', '--quiet');
    writeFileSync(join(ada.root, 'services/api/main.js'), '// only here\n');
    await record(ada);
    expect(await ada.push()).toMatchObject({ rebased: 1 });
    expect(readFileSync(join(ada.root, 'services/web/main.js'), 'utf8')).toBe('// from bea\n');
    expect(readFileSync(join(ada.root, 'services/api/main.js'), 'utf8')).toBe('// only here\n');
    expect(ada.git('log', '--format=%s', '-2').split('\n')).toEqual([
      `release(${clones.company.id}): exception.granted by ${PEOPLE.rdLead}`,
      'Change the web',
    ]);
    expect(ada.git('status', '--porcelain', '--branch').split('\n')[0]).toBe('## main...origin/main');
  });

  test('stops where both cannot stand, says what contradicts what, and keeps the own record in its commit', async () => {
    const bea = await clones.clone(PEOPLE.operations[0]);
    await submit(ada);
    await ada.push();
    await record(bea, 'mine');
    const before = (await bea.plan()).events.at(-1)?.hash ?? '';
    const error = await bea.push().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'sharing.conflict',
      message: expect.stringContaining('exception.granted was recorded without knowing of cab.submitted'),
    });
    expect(bea.git('show', `HEAD:${file()}`)).toContain(before);
    expect((await clones.shared()).events.map((event) => event.type)).toEqual(['plan.created', 'cab.submitted']);
    // The way out that the hints name.
    const { hints } = error as { hints: readonly string[] };
    const [, branch = ''] = /git branch (\S+)/.exec(hints[1] ?? '') ?? [];
    bea.git('branch', branch);
    bea.git('reset', '--quiet', '--keep', 'origin/main');
    expect((await bea.plan()).events.at(-1)?.type).toBe('cab.submitted');
    expect(bea.git('show', `${branch}:${file()}`)).toContain(before);
  });

  test('does not take code along that its author has not pushed', async () => {
    writeFileSync(join(ada.root, 'services/web/main.js'), '// not yet\n');
    ada.git('commit', '--quiet', '-am', 'Half done');
    await record(ada);
    await expect(ada.push()).rejects.toMatchObject({
      code: 'sharing.other-commits',
      message: expect.stringContaining('services/web/main.js'),
    });
    expect((await clones.shared()).events).toHaveLength(1);
    expect((await ada.plan()).events).toHaveLength(2);
  });

  test('does not write over a file that is changed here and there', async () => {
    const bea = await clones.clone(PEOPLE.cab[0]);
    writeFileSync(join(bea.root, 'services/web/main.js'), '// from bea\n');
    bea.git('commit', '--quiet', '-am', 'Change the web');
    bea.git('push', '--quiet');
    writeFileSync(join(ada.root, 'services/web/main.js'), '// from ada, not committed\n');
    await record(ada);
    await expect(ada.push()).rejects.toMatchObject({ code: 'sharing.work-tree' });
    expect(readFileSync(join(ada.root, 'services/web/main.js'), 'utf8')).toBe('// from ada, not committed\n');
    expect((await ada.plan()).events.at(-1)?.type).toBe('exception.granted');
  });

  test('says what a server that does not want it says', async () => {
    writeFileSync(join(clones.remote, 'hooks', 'pre-receive'), '#!/bin/sh\necho "main is protected" >&2\nexit 1\n');
    await record(ada);
    await expect(ada.push()).rejects.toMatchObject({
      code: 'sharing.refused',
      message: expect.stringContaining('main is protected'),
    });
    expect((await ada.plan()).events).toHaveLength(2);
  });

  test('takes the candidate along, so that another clone can look at what the plan names', async () => {
    const { id } = clones.company;
    const plan = await ada.plan();
    ada.git('push', '--quiet', 'origin', ':refs/heads/release');
    ada.git('switch', '--quiet', '--detach', plan.spec.candidate.base);
    writeFileSync(join(ada.root, 'candidate.txt'), 'new\n');
    ada.git('add', 'candidate.txt');
    ada.git('commit', '--quiet', '-m', 'candidate');
    const commit = ada.git('rev-parse', 'HEAD');
    ada.git('switch', '--quiet', 'main');
    const take = async (to: string) => {
      const before = await ada.plan();
      await ada.context.store.rewrite(before, before.head.replace(/commit: [0-9a-f]{40}/, `commit: ${to}`));
      return ada.push();
    };
    expect(await take(commit)).toMatchObject({ candidates: [`release/${id}`] });
    const bea = await clones.clone(PEOPLE.cab[0]);
    expect(bea.git('rev-parse', `origin/release/${id}`)).toBe(commit);
    expect(await bea.context.repository.resolve((await bea.plan()).spec.candidate.commit)).toBe(commit);

    // It is pushed once; a later candidate never takes the place of the one that was approved before.
    await record(ada);
    expect(await ada.push()).toMatchObject({ candidates: [] });
    const [tree, base] = [ada.git('rev-parse', `${commit}^{tree}`), plan.spec.candidate.base];
    const second = ada.git('commit-tree', tree, '-p', base, '-m', 'another candidate');
    expect(await take(second)).toMatchObject({ candidates: [`release/${id}-${second.slice(0, 12)}`] });
    bea.pull();
    bea.git('fetch', '--quiet');
    expect(bea.git('rev-parse', `origin/release/${id}`)).toBe(commit);
    expect(await bea.context.repository.resolve((await bea.plan()).spec.candidate.commit)).toBe(second);
  });

  test('takes the candidate along where a branch is called release', async () => {
    const { id } = clones.company;
    const plan = await ada.plan();
    const base = ada.git('rev-parse', `${plan.spec.candidate.base}^{commit}`);
    const commit = ada.git('commit-tree', `${base}^{tree}`, '-p', base, '-m', 'candidate');
    await ada.context.store.rewrite(plan, plan.head.replace(/commit: [0-9a-f]{40}/, `commit: ${commit}`));
    expect(await ada.push()).toMatchObject({ candidates: [`relctl/${id}-${commit.slice(0, 12)}`] });
  });

  test('needs a branch that follows one of the remote', async () => {
    ada.git('switch', '--quiet', '--detach');
    await record(ada);
    await expect(ada.push()).rejects.toMatchObject({ code: 'sharing.no-upstream' });
    ada.git('switch', '--quiet', '-c', 'own');
    await expect(ada.push()).rejects.toMatchObject({ code: 'sharing.no-upstream' });
  });

  test('shares what a command recorded before it was refused, and tells the refusal', async () => {
    const told: string[] = [];
    const invocation = {
      sink: { emit: (progress: Progress) => told.push(progress.type) },
      context: async () => ada.context,
    } as unknown as Invocation;
    const action = sharing(
      async ({ context }) => {
        const opened = await context();
        const journal = new Journal(opened, await opened.store.load(clones.company.id));
        await journal.record('exception.granted', { gate: 'time.cab-lead', reason: 'because', command: 'stage' });
        throw new RelctlError('rollout.timeout', 'the rollout took too long');
      },
      { push: true },
    );
    await expect(action(invocation)).rejects.toMatchObject({ code: 'rollout.timeout' });
    expect((await clones.shared()).events.at(-1)?.type).toBe('exception.granted');
    // Where even that fails, the command's own error is the one that is told.
    writeFileSync(join(clones.remote, 'hooks', 'pre-receive'), '#!/bin/sh\nexit 1\n');
    await expect(action(invocation)).rejects.toMatchObject({ code: 'rollout.timeout' });
    expect(told).toContain('note');
  });

  test('leaves alone what recorded nothing', async () => {
    const before = ada.git('rev-parse', 'HEAD');
    const outcome: Outcome = { result: 'done', headline: 'looked', blocks: [], data: {} };
    const look = sharing(
      async ({ context }) => {
        await (await context()).store.load(clones.company.id);
        return outcome;
      },
      { push: true },
    );
    const invocation = { sink: ada.context.sink, context: async () => ada.context } as unknown as Invocation;
    expect(await look(invocation)).toBe(outcome);
    expect(ada.git('rev-parse', 'HEAD')).toBe(before);
  });

  test('that died half-way is taken up by the next one', async () => {
    await record(ada, 'first');
    await commitRecords(ada.context, clones.company.id);
    await record(ada, 'second');
    await ada.push();
    expect((await clones.shared()).events).toHaveLength(3);
  });
});
