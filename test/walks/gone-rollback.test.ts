import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { releaseNotes } from '../../src/domain/report/notes.ts';
import { reportSummary } from '../../src/domain/report/summary.ts';
import { RelctlError } from '../../src/errors.ts';
import type { ProtectedBranch } from '../../src/ports/protected-branch.ts';
import { auditAll } from '../../src/usecases/audit/all.ts';
import { list } from '../../src/usecases/list.ts';
import { metrics } from '../../src/usecases/metrics.ts';
import { reportModel } from '../../src/usecases/report/model.ts';
import { portfolioModel } from '../../src/usecases/report.ts';
import { status } from '../../src/usecases/status.ts';
import { OPERATOR, toProduction, undo, walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** Pages take their words from what an audit would find: of a history that something signed was taken out of, nobody knows how it went. */
let company: SignedCompany;
afterEach(() => company.close());
const text = () => readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8');

it('a whole deployment that was cut off is missed, whether or not it was rolled back', async () => {
  company = await openSignedCompany();
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  const ready = company.git.commit({ [SAMPLE_FILE]: text() }, 'Ready');
  const missed = async () => ({
    metrics: ((await metrics(company.as(OPERATOR), { services: [] })).data as { unproven: readonly string[] }).unproven,
    portfolio: [...((await portfolioModel(company.as(OPERATOR), 'releases/index.html')).claimed ?? [])],
  });
  expect(await missed()).toEqual({ metrics: [], portfolio: [] });
  await toProduction(company);
  const deployed = company.git.commit({ [SAMPLE_FILE]: text() }, 'Deployed');
  company.git.git('checkout', '--quiet', '-B', 'train', ready);
  company.git.git('merge', '--quiet', '-s', 'ours', '-m', 'Merge', deployed);
  expect(await missed()).toEqual({ metrics: [company.id], portfolio: [company.id] });
});

it('a signed rollback that was taken out makes the release a claim on every page', async () => {
  company = await openSignedCompany();
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  await toProduction(company);
  const deployed = company.git.commit({ [SAMPLE_FILE]: text() }, 'Deployed');
  const told = async () => ({
    list: ((await list(company.as(OPERATOR), { phases: [] })).data as { releases: readonly object[] }).releases[0],
    metrics: (await metrics(company.as(OPERATOR), { services: [] })).data,
    status: await status(company.as(OPERATOR), company.id),
    portfolio: await portfolioModel(company.as(OPERATOR), 'releases/index.html'),
    report: await reportModel(company.as(OPERATOR), company.id),
  });
  const honest = await told();
  expect(honest.list).toMatchObject({ approvals: 'signed', claimed: false });
  expect(honest.status).toMatchObject({ data: { approvals: 'signed' } });
  expect(honest.metrics).toMatchObject({ unproven: [] });
  // Nobody signs when a plan was created: no lead time begins there.
  const blind = { ...company.as(OPERATOR), repository: { commitTimes: async () => new Map<string, number>() } };
  expect((await metrics(blind, { services: [] })).data).toMatchObject({ whole: { leadTimeSeconds: null } });
  expect([...(honest.portfolio.claimed ?? [])]).toEqual([]);
  expect(honest.report).toMatchObject({ claimed: false });
  await undo(company);
  const undone = company.git.commit({ [SAMPLE_FILE]: text() }, 'Rolled back');
  // The file itself is deleted on the branch.
  company.git.commit({ [SAMPLE_FILE]: null }, 'Tidy');
  const deleted = await auditAll(company.as(OPERATOR));
  expect(deleted.result).toBe('failed');
  expect(deleted.data).toMatchObject({ releases: [{ release: company.id, findings: [{ code: 'plan-gone' }] }] });
  const listed = await list(company.as(OPERATOR), { phases: [] });
  expect(listed).toMatchObject({ result: 'usage', data: { releases: [], gone: [{ id: company.id }] } });
  expect(listed.headline).toContain('1 deleted');
  expect(JSON.stringify(listed.blocks)).toContain('stands signed in commit');
  expect((await metrics(company.as(OPERATOR), { services: [] })).data).toMatchObject({
    unproven: [company.id],
    whole: { deployments: 0 },
  });
  expect(await portfolioModel(company.as(OPERATOR), 'releases/index.html')).toMatchObject({
    gone: [{ id: company.id }],
  });
  // Whoever may push can make so much of the file, and of the folder, that git's answer is not read.
  const seen = (replaced: Partial<ProtectedBranch>) => {
    const context = company.as(OPERATOR);
    const signing = async () => {
      const ground = await context.signing();
      return { ...ground, protectedBranch: { ...ground.protectedBranch, ...replaced } };
    };
    return { ...context, signing };
  };
  const much = seen({ history: async () => ({ versions: [], isWhole: true, isTooMuch: true }) });
  expect(await auditAll(much)).toMatchObject({ result: 'failed' });
  expect(await list(much, { phases: [] })).toMatchObject({ data: { gone: [{ id: company.id }] } });
  const failing = seen({
    committed: () => Promise.reject(new RelctlError('tool.failed', 'git printed more', { why: '', hints: [] })),
  });
  await expect(auditAll(failing)).rejects.toMatchObject({ code: 'tool.failed' });
  await expect(list(failing, { phases: [] })).rejects.toMatchObject({ code: 'tool.failed' });
  company.git.git('checkout', '--quiet', '-B', 'train', deployed);
  company.git.git('merge', '--quiet', '-s', 'ours', '-m', 'Merge', undone);
  const lie = await told();
  expect(lie.list).toMatchObject({ approvals: 'not proved', claimed: true });
  expect(lie.status).toMatchObject({ data: { approvals: 'not proved' } });
  expect(lie.status.headline).toContain('claimed');
  expect(lie.metrics).toMatchObject({ unproven: [company.id] });
  expect([...(lie.portfolio.claimed ?? [])]).toEqual([company.id]);
  expect(lie.portfolio.months).toEqual([]);
  expect(lie.report).toMatchObject({ claimed: true });
  expect(JSON.stringify(releaseNotes(lie.report))).toContain('Nothing proves where this release stands');
  expect(reportSummary(honest.report).title).toBe('Wallet checkout: deployed');
  expect(reportSummary(lie.report)).toMatchObject({
    title: 'Wallet checkout: deployed, claimed',
    notices: [expect.stringContaining('Nothing proves')],
  });
  // As if it had only been played through in the sandbox.
  await forge(company, (events) =>
    events.map(({ data, ...event }) => {
      const { signature: _signature, ...rest } = data as { readonly signature?: unknown };
      return { ...event, data: rest, simulated: true };
    }),
  );
  company.git.commit({ [SAMPLE_FILE]: text() }, 'Tidy');
  expect(await reportModel(company.as(OPERATOR), company.id)).toMatchObject({ claimed: true });
  const audited = await auditAll(company.as(OPERATOR));
  expect(audited.result).toBe('failed');
  expect(JSON.stringify(audited.data)).toContain('signed-act-lost');
});
