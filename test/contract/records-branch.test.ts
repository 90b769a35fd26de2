import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findRecordsBranch } from '../../src/adapters/git/records-branch.ts';
import { LARGEST_PLAN } from '../../src/plan/guard.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { Journal } from '../../src/usecases/release/journal.ts';
import { subjectOf } from '../../src/usecases/release/subject.ts';
import { goVote, PEOPLE } from '../support/sample-plan.ts';
import { type Clone, openSharedClones, type SharedClones } from '../support/shared-clones.ts';

/** Records on a branch of their own, at a remote whose main branch takes no pushes. Real git throughout. */
let clones: SharedClones;
let ada: Clone;
beforeEach(async () => {
  clones = await openSharedClones();
  clones.refuse('refs/heads/main');
  ada = await clones.clone(PEOPLE.rdLead);
});
afterEach(() => clones.close());

const id = () => clones.company.id;
const file = () => `releases/${id()}.yaml`;
const journalOf = async (context: Context) => new Journal(context, await context.store.load(id()));
const types = async (context: Context) => (await context.store.load(id())).events.map((event) => event.type);

async function except(context: Context, reason: string): Promise<void> {
  const journal = await journalOf(context);
  await journal.record('exception.granted', { gate: 'time.cab-lead', reason, command: 'submit-cab' });
}
async function submit(context: Context): Promise<void> {
  const journal = await journalOf(context);
  await journal.record('cab.submitted', { ...subjectOf(journal.plan), round: 1 });
}
async function vote(context: Context): Promise<void> {
  const journal = await journalOf(context);
  await journal.record('cab.voted', goVote(journal.plan));
}
const warnings = () =>
  clones.company.told.flatMap((one) => (one.type === 'note' && one.level === 'warning' ? [one.text] : []));

describe('records on a branch of their own', () => {
  test('never contradict the protected branch: what is merged counts, no deployment begins, and a rollback goes on', async () => {
    await except(await ada.onBranch(), 'pushed by anybody');
    const journal = await ada.journal();
    await journal.record('exception.granted', { gate: 'time.cab-lead', reason: 'merged', command: 'submit-cab' });
    ada.git('commit', '--quiet', '--all', '--message', 'Merged');
    ada.git('config', 'relctl.protectedBranch', 'main');
    const cleo = await ada.onBranch();
    const reasons = async () =>
      (await cleo.store.load(id())).events.flatMap((event) => ('reason' in event.data ? [event.data.reason] : []));
    expect((await reasons())[0]).toBe('merged');
    expect(warnings().join()).toContain('contradicts the one on main, which counts');
    await expect(cleo.records.secure(id())).rejects.toMatchObject({ code: 'sharing.contradicted' });
    await except(cleo, 'on the way back');
    expect((await reasons()).at(-1)).toBe('on the way back');
  });

  test('leave with each record, without a trace in the work tree, and are there for any clone', async () => {
    const at = ada.git('rev-parse', 'HEAD');
    const mine = await ada.onBranch();
    const kept = await mine.store.keep(id(), 'note.txt', 'kept');
    const journal = await journalOf(mine);
    await journal.record('rehearsal.recorded', { ...subjectOf(journal.plan), result: 'passed', document: kept });
    expect(ada.git('status', '--porcelain', '--untracked-files=no')).toBe('');
    expect(ada.git('rev-parse', 'HEAD')).toBe(at);
    expect(ada.git('log', '--format=%an %s', 'refs/relctl/records')).toContain(
      `${PEOPLE.rdLead} release(${id()}): plan.created, rehearsal.recorded`,
    );
    const bea = await clones.clone(PEOPLE.qa[0]);
    const theirs = await bea.onBranch();
    expect(await types(theirs)).toEqual(['plan.created', 'rehearsal.recorded']);
    expect(new TextDecoder().decode(await theirs.store.read(id(), kept))).toBe('kept');
  });

  test('are read and written where another branch is checked out, which has no plan at all', async () => {
    await submit(await ada.onBranch());
    const bea = await clones.clone(PEOPLE.cab[0]);
    bea.git('switch', '--quiet', '--orphan', 'elsewhere');
    expect(existsSync(join(bea.root, file()))).toBe(false);
    await vote(await bea.onBranch());
    expect(await types(await ada.onBranch())).toEqual(['plan.created', 'cab.submitted', 'cab.voted']);
    expect(await (await ada.onBranch()).store.list()).toEqual([id()]);
    expect(await (await bea.onBranch()).store.summaries()).toMatchObject([{ id: id(), phase: 'submitted' }]);
  });

  test('put votes together that two people gave at the same time', async () => {
    await submit(await ada.onBranch());
    const [one, other] = await Promise.all([clones.clone(PEOPLE.cab[0]), clones.clone(PEOPLE.cab[1])]);
    const [first, second] = [await one.onBranch(), await other.onBranch()];
    // Both have read the plan before either records.
    const [mine, theirs] = [await journalOf(first), await journalOf(second)];
    const go = goVote(mine.plan);
    await mine.record('cab.voted', go);
    await theirs.record('cab.voted', go);
    // Only both votes together decide, and whoever came second sees it.
    expect(theirs.plan.events.map((event) => event.type)).toEqual([
      'plan.created',
      'cab.submitted',
      'cab.voted',
      'cab.voted',
      'cab.decided',
    ]);
    expect(await types(await ada.onBranch())).toHaveLength(5);
  });

  test('put aside what contradicts what others recorded first; the next command goes on from theirs', async () => {
    const mine = await ada.onBranch();
    const bea = await clones.clone(PEOPLE.operations[0]);
    const theirs = await bea.onBranch();
    const late = await journalOf(theirs);
    await submit(mine);
    const error = await late
      .record('exception.granted', { gate: 'time.cab-lead', reason: 'mine', command: 'submit-cab' })
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    expect(error).toMatchObject({ code: 'sharing.conflict' });
    const { data } = error as { data: { kept: string } };
    expect(readFileSync(data.kept, 'utf8')).toContain('"reason":"mine"');
    expect(await types(theirs)).toEqual(['plan.created', 'cab.submitted']);
    await vote(theirs);
    expect(await types(mine)).toHaveLength(2);
    expect(await types(await ada.onBranch())).toHaveLength(3);
  });

  test('keep what a run records in production over what others push beside it, while nobody takes its place', async () => {
    await submit(await ada.onBranch());
    const desk = await clones.clone(PEOPLE.operations[0]);
    const run = await desk.onBranch();
    let holds = true;
    run.records.insist(id(), async () => holds);
    const journal = await journalOf(run);
    const record = async (reason: string) => {
      const other = await clones.clone(PEOPLE.cab[0]);
      await except(await other.onBranch(), `beside ${reason}`);
      await journal.record('exception.granted', { gate: 'time.cab-lead', reason, command: 'deploy' });
    };
    await record('first');
    await record('second');
    const reasons = async () =>
      (await (await ada.onBranch()).store.load(id())).events.flatMap(({ data }) =>
        'reason' in data ? [data.reason] : [],
      );
    expect(await reasons()).toEqual(['first', 'second']);
    expect(warnings().join()).toContain('does not fit what this run does in production');
    // Whoever reads meanwhile takes in what was pushed behind it, and the run goes on behind that.
    await except(await ada.onBranch(), 'behind');
    await (await desk.onBranch()).store.load(id());
    await journal.record('exception.granted', { gate: 'time.cab-lead', reason: 'third', command: 'deploy' });
    expect((await reasons()).slice(2)).toEqual(['behind', 'third']);
    holds = false;
    await expect(record('fourth')).rejects.toMatchObject({ code: 'sharing.conflict' });
  });

  test('take over what was recorded in the work tree before, with its evidence', async () => {
    const kept = await ada.context.store.keep(id(), 'rehearsal.md', 'it went well');
    const journal = await ada.journal();
    await journal.record('rehearsal.recorded', { ...subjectOf(journal.plan), result: 'passed', document: kept });
    const mine = await ada.onBranch();
    await mine.records.secure(id());
    const bea = await clones.clone(PEOPLE.qa[0]);
    const theirs = await bea.onBranch();
    expect(await types(theirs)).toEqual(['plan.created', 'rehearsal.recorded']);
    expect(new TextDecoder().decode(await theirs.store.read(id(), kept))).toBe('it went well');
  });

  test('count the text of the work tree while it is written, and an edit after the submission', async () => {
    const mine = await ada.onBranch();
    await except(mine, 'a draft');
    const text = readFileSync(join(ada.root, file()), 'utf8');
    writeFileSync(join(ada.root, file()), text.replace('feature: ', 'feature: Edited '));
    const { feature } = (await mine.store.load(id())).metadata;
    expect(feature).toMatch(/^Edited /);
    await submit(mine);
    // A clone that still has what was there before does not void the approval; one that writes something else does.
    const bea = await clones.clone(PEOPLE.cab[0]);
    const theirs = await bea.onBranch();
    expect((await theirs.store.load(id())).metadata.feature).toBe(feature);
    writeFileSync(join(bea.root, file()), text.replace('feature: ', 'feature: Other '));
    expect((await theirs.store.load(id())).metadata.feature).toMatch(/^Other /);
  });

  test('stay on this machine while the remote is away, are told once, and leave with the next record', async () => {
    const mine = await ada.onBranch();
    renameSync(clones.remote, `${clones.remote}.away`);
    await except(mine, 'one');
    await except(mine, 'two');
    expect(warnings().filter((text) => text.includes('does not have what was recorded here'))).toHaveLength(1);
    await expect(mine.records.secure(id())).rejects.toMatchObject({ code: 'sharing.unreachable' });
    const again = await ada.onBranch();
    expect(again.records.offline).toBeDefined();
    expect(await types(again)).toHaveLength(3);
    renameSync(`${clones.remote}.away`, clones.remote);
    await except(again, 'three');
    const bea = await clones.clone(PEOPLE.qa[0]);
    expect(await types(await bea.onBranch())).toHaveLength(4);
  });

  test('are refused by a server that takes them nowhere, in its own words, and kept', async () => {
    clones.refuse('refs/heads/*');
    const mine = await ada.onBranch();
    await expect(mine.records.secure(id())).rejects.toMatchObject({
      code: 'sharing.refused',
      message: expect.stringContaining('is protected'),
    });
    await except(mine, 'because');
    expect(await types(mine)).toHaveLength(2);
  });

  test('are refused at once where a branch below theirs keeps their name, and kept', async () => {
    const mine = await ada.onBranch();
    await submit(mine);
    const remote = (...args: string[]) => ada.git('--git-dir', clones.remote, ...args);
    remote('update-ref', '-d', 'refs/heads/relctl/records');
    remote('update-ref', 'refs/heads/relctl/records/x', ada.git('rev-parse', 'HEAD'));
    await except(mine, 'because');
    await expect(mine.records.secure(id())).rejects.toMatchObject({
      code: 'sharing.refused',
      message: expect.stringContaining("'refs/heads/relctl/records/x' exists"),
    });
    expect(await types(mine)).toHaveLength(3);
  });

  test('are given back to a branch that was cut or removed, by any clone that has seen them', async () => {
    const mine = await ada.onBranch();
    await submit(mine);
    const before = ada.git('rev-parse', 'refs/relctl/records');
    await except(mine, 'later');
    const cut = (...args: string[]) => ada.git('--git-dir', clones.remote, ...args);
    cut('update-ref', 'refs/heads/relctl/records', before);
    await (await ada.onBranch()).records.secure(id());
    const bea = await clones.clone(PEOPLE.qa[0]);
    expect(await types(await bea.onBranch())).toHaveLength(3);
    cut('update-ref', '-d', 'refs/heads/relctl/records');
    await except(await ada.onBranch(), 'last');
    expect(await types(await bea.onBranch())).toHaveLength(4);
  });

  test('leave out a plan that somebody garbled on the branch, and put a whole one in its place', async () => {
    await submit(await ada.onBranch());
    const bea = await clones.clone(PEOPLE.qa[0]);
    bea.git('switch', '--quiet', 'relctl/records');
    mkdirSync(join(bea.root, 'releases'), { recursive: true });
    writeFileSync(
      join(bea.root, file()),
      readFileSync(join(bea.root, file()), 'utf8').replace('"round":1', '"round":2'),
    );
    bea.git('commit', '--quiet', '-am', 'Change the history');
    bea.git('push', '--quiet');
    const mine = await ada.onBranch();
    expect(await types(mine)).toEqual(['plan.created', 'cab.submitted']);
    expect(warnings().join('\n')).toContain('with a broken history');
    await vote(mine);
    rmSync(bea.root, { recursive: true });
    expect(await types(await (await clones.clone(PEOPLE.qa[0])).onBranch())).toHaveLength(3);
  });

  test('leave out what is too large on the branch, unread, and go on with what is kept here', async () => {
    const mine = await ada.onBranch();
    await submit(mine);
    const bea = await clones.clone(PEOPLE.qa[0]);
    bea.git('switch', '--quiet', 'relctl/records');
    writeFileSync(join(bea.root, file()), Buffer.alloc(LARGEST_PLAN + 1, 'x'));
    bea.git('commit', '--quiet', '-am', 'A large file');
    bea.git('push', '--quiet');
    expect(await types(await ada.onBranch())).toEqual(['plan.created', 'cab.submitted']);
    expect(warnings().join('\n')).toContain('in a size that relctl does not read');
    const branch = await findRecordsBranch(ada.root, {});
    const tip = (await branch?.tip()) ?? '';
    const paths = [file(), 'releases/none.yaml', 'releases'];
    expect(await branch?.read(tip, paths, 1024)).toEqual({ files: new Map(), tooLarge: [file()] });
  });

  test('go to no remote by chance: where none of several is origin, one has to be named', async () => {
    ada.git('remote', 'rename', 'origin', 'company');
    expect((await findRecordsBranch(ada.root, {}))?.name).toBe('company/relctl/records');
    ada.git('remote', 'add', 'a-fork', clones.remote);
    const told: (readonly string[])[] = [];
    expect(await findRecordsBranch(ada.root, {}, (remotes) => told.push(remotes))).toBeUndefined();
    expect(told).toEqual([['a-fork', 'company']]);
    for (const [named, found] of [
      ['company/kept/records', 'company/kept/records'],
      ['a-fork/relctl/records', 'a-fork/relctl/records'],
      ['kept/records', undefined],
    ] as const) {
      expect((await findRecordsBranch(ada.root, { RELCTL_RECORDS_BRANCH: named }))?.name).toBe(found);
    }
    ada.git('remote', 'add', 'origin', clones.remote);
    expect((await findRecordsBranch(ada.root, {}))?.name).toBe('origin/relctl/records');
  });
});
