import { afterEach, describe, expect, it } from 'vitest';
import { rollback } from '../../src/usecases/rollback.ts';
import { status } from '../../src/usecases/status.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, toProduction, undo, walkTo } from '../support/company-walk.ts';
import { FOLDER, type KeptCompany, openKeptCompany } from '../support/kept-company.ts';

/**
 * Releases to a production that an Application of Argo CD keeps, through a stand-in that tells of itself as its CRD does; the commits are real. With the
 * real controllers of Flux the same is walked through in test/e2e/gitops.test.ts.
 */
let kept: KeptCompany;
afterEach(() => kept.close());

async function ready(): Promise<void> {
  kept = await openKeptCompany();
  await walkTo(kept.company, 'ready');
  await kept.company.advanceToWindow();
}

const log = () => kept.git('log', '--format=%s', 'main').split('\n');
const API = `${FOLDER}/api.yaml`;
/** The manifest of api with another image, as somebody commits it by hand. */
const withTag = (tag: string) => kept.git('show', `main:${API}`).replace(/(image: \S+shop\/api)[:@]\S+/, `$1:${tag}`);

describe('a production that Argo CD keeps', () => {
  it('gets a release by one commit, waits for its revision and health, and comes back by a revert', async () => {
    await ready();
    const { company } = kept;
    const [before, tree] = [await company.production(), kept.git('rev-parse', 'main^{tree}')];
    const out = await toProduction(company);
    expect(out).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
    expect(log()).toEqual([expect.stringMatching(/^Release /), 'Production as it is']);
    const { deployment } = await company.state();
    expect(deployment?.steps.get('sync@production')?.data?.detail).toBe(
      `Application argocd/shop is ready at ${kept.git('rev-parse', 'main').slice(0, 12)}`,
    );
    expect(await undo(company)).toMatchObject({ data: { phase: 'rolled-back' } });
    expect(kept.git('rev-parse', 'main^{tree}')).toBe(tree);
    expect(await company.production()).toEqual(before);
  });
});

describe('what others commit in the middle of a release', () => {
  it('before its own commit is never undone: nothing is committed, and the way out is to take the canary away', async () => {
    await ready();
    const { company } = kept;
    const before = await company.production();
    const sink = {
      emit(progress: { type: string; step?: string; state?: string }) {
        if (progress.step !== 'bake' || progress.state !== 'started') return;
        // The controller has not come to apply it yet.
        kept.hold(true);
        kept.push('An emergency', { [API]: withTag('4.1.9-hotfix') });
      },
    };
    const error = await refusal(toProduction(company, {}, { sink }));
    expect(error).toMatchObject({ code: 'gitops.clash', message: expect.stringContaining('4.1.9-hotfix') });
    expect(error.hints).toContain(`relctl deploy ${company.id} --abort`);
    expect(log()).toEqual(['An emergency', 'Production as it is']);
    expect((await status(company.as('nobody@example.com'), company.id)).data.next).toContainEqual(
      expect.objectContaining({ command: `relctl deploy ${company.id} --abort` }),
    );
    expect(await toProduction(company, { mode: 'abort' })).toMatchObject({ data: { phase: 'aborted' } });
    expect(await company.production()).toEqual(before);
    // The run may have prepared a commit: one without a change keeps it from being pushed.
    expect(log()).toEqual([expect.stringMatching(/^Withdraw /), 'An emergency', 'Production as it is']);
    expect(kept.git('show', `main:${API}`)).toContain('4.1.9-hotfix');
  });

  it('over what it committed keeps the rollback waiting for a person, who says in a commit which is wanted', async () => {
    await ready();
    const { company } = kept;
    const before = await company.production();
    const manifest = kept.git('show', `main:${API}`);
    await toProduction(company);
    const commit = kept.git('rev-parse', 'main');
    kept.hold(true);
    kept.push('Something newer', { [API]: `${withTag('4.3.0')}\n` });
    const error = await refusal(undo(company));
    expect(error).toMatchObject({ code: 'gitops.clash', message: expect.stringContaining(API) });
    expect(log()[0]).toBe('Something newer');
    const seen = await status(company.as('nobody@example.com'), company.id);
    expect(seen.data).toMatchObject({
      stopped: { code: 'gitops.clash' },
      next: [{ command: `relctl rollback ${company.id}` }],
    });
    // As its hint says.
    const trailers = kept.git('log', '-1', '--format=%(trailers)', commit).replace('rollout', 'revert');
    const web = kept.git('show', `${commit}~1:${FOLDER}/web.yaml`);
    kept.push(`Back to what it was\n\n${trailers}`, { [API]: `${manifest}\n`, [`${FOLDER}/web.yaml`]: `${web}\n` });
    kept.hold(false);
    const back = await rollback(company.as(OPERATOR), company.id, {
      reason: 'checkouts fail',
      confirmed: true,
      takeOver: false,
      pastPointOfNoReturn: false,
    });
    expect(back).toMatchObject({ data: { phase: 'rolled-back' } });
    expect(await company.production()).toEqual(before);
  });
});

describe('a config repository that somebody has rewritten after the release', () => {
  it('to before it is taken for what it is, from a machine that never had the commit', async () => {
    await ready();
    const { company } = kept;
    const [before, commit] = [await company.production(), kept.git('rev-parse', 'main')];
    await toProduction(company);
    kept.git('update-ref', 'refs/heads/main', commit);
    kept.elsewhere();
    expect(await undo(company)).toMatchObject({ data: { phase: 'rolled-back' } });
    expect(log()).toEqual(['Production as it is']);
    expect(await company.production()).toEqual(before);
  });

  it('and which names its images all the same keeps the rollback waiting, and says for what', async () => {
    await ready();
    const { company } = kept;
    const [before, tree] = [await company.production(), kept.git('rev-parse', 'main^{tree}')];
    await toProduction(company);
    const who = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com'];
    const squashed = kept.git(...who, 'commit-tree', 'main^{tree}', '-m', 'One commit for all');
    kept.git('update-ref', 'refs/heads/main', squashed);
    kept.elsewhere();
    const error = await refusal(undo(company));
    expect(error).toMatchObject({ code: 'gitops.clash', message: expect.stringContaining('shop/api') });
    expect(error.hints[0]).toMatch(/^give Deployment\/\w+ the image \S+shop\/\w+:4\.1\.0 again/);
    // As its hint says.
    kept.git('update-ref', 'refs/heads/main', kept.git(...who, 'commit-tree', tree, '-p', squashed, '-m', 'Back'));
    expect(await undo(company)).toMatchObject({ data: { phase: 'rolled-back' } });
    expect(await company.production()).toEqual(before);
  });
});
