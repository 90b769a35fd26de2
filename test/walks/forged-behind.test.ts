import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { CompanyOptions } from '../support/company.ts';
import { OPERATOR, toProduction, undo, walkTo } from '../support/company-walk.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, SIGNERS_FILE, type SignedCompany } from '../support/signed-company.ts';

/** Somebody without a key writes one event behind a deployment, and the way back is as open as before. */
let company: SignedCompany;
afterEach(() => company.close());

const commit = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');

async function inProduction(mode: 'full' | 'canary', options: CompanyOptions = {}) {
  company = await openSignedCompany(options);
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  commit();
  await toProduction(company, { mode });
  commit();
}

/** Writes events behind the history and commits it. */
async function push(added: readonly Written[]) {
  await forge(company, (all) => [...all, ...added]);
  commit();
}

it('a message that nobody queued is no doubt about a migration that never began', async () => {
  await inProduction('canary', {
    plan: ({ spec }) => {
      for (const one of spec.migrations ?? [])
        Object.assign(one, { pointOfNoReturn: true, reversible: false, when: 'after-rollout' });
    },
  });
  await push([{ actor: 'relctl', type: 'notification.sent', data: { key: 'a'.repeat(32), channel: 'chat' } }]);
  await toProduction(company, { mode: 'abort', reason: 'errors' });
  expect((await company.state()).phase).toBe('aborted');
});

/** An event of the history once more, without its signature. */
const again = (all: readonly Written[], type: string, more: object = {}): Written => {
  const found = all.findLast((one) => one.type === type);
  const { signature: _, ...data } = (found?.data ?? {}) as { readonly signature?: object };
  return { actor: OPERATOR, type, data: { ...data, ...more } };
};

it('nothing that is written behind a deployment keeps it from being taken back', async () => {
  await inProduction('full');
  const begun = await company.state();
  await forge(company, (all) => [
    ...all,
    again(all, 'deploy.started', { attempt: 2 }),
    again(all, 'stage.started', { attempt: 2, specDigest: 'a'.repeat(64) }),
    again(all, 'stage.completed'),
    { actor: OPERATOR, type: 'deploy.resumed', data: { attempt: 1, fence: Number.MAX_SAFE_INTEGER, reason: 'x' } },
    { actor: OPERATOR, type: 'deploy.resumed', data: { attempt: 1, fence: 2 ** 31 - 2, reason: 'x' } },
  ]);
  commit();
  expect((await company.state()).phase).toBe('deployed');
  await undo(company);
  expect((await company.state()).phase).toBe('rolled-back');
  const fence = (await company.plan()).events.findLast((one) => one.type === 'rollback.started')?.data.fence;
  expect(fence).toBeLessThan((begun.deployment?.fence ?? 0) + 5);
});

it('nothing that is written behind a canary keeps it from being aborted while its rules do not read', async () => {
  await inProduction('canary');
  const before = (await company.state()).phase;
  const said: readonly [string, object][] = [
    ['verify.recorded', { ok: true, checks: [] }],
    ['hypercare.started', { until: '2026-12-20T00:00:00.000Z', hours: 48 }],
    ['hypercare.closed', { comment: '' }],
    ['success.judged', { metrics: [] }],
    ['review.closed', { attended: { product: ['p'], rd: ['r'] }, lessons: ['x'], debts: [], outcome: 'success' }],
  ];
  await forge(company, (all) => [...all, ...said.map(([type, data]) => ({ actor: OPERATOR, type, data }))]);
  commit();
  company.git.git('checkout', '--quiet', 'main');
  company.git.commit({ [SIGNERS_FILE]: 'mallory@example.com ssh-ed25519 AAAA\n' }, 'A broken line');
  company.git.git('checkout', '--quiet', 'train');
  expect((await company.state()).phase).toBe(before);
  await toProduction(company, { mode: 'abort', reason: 'errors' });
  expect((await company.state()).phase).toBe('aborted');
});
