import { afterEach, describe, expect, it } from 'vitest';
import { FAULTS } from '../../src/adapters/sandbox/faults.ts';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { audit } from '../../src/usecases/audit.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { type Company, type CompanyOptions, openCompany, refusal } from '../support/company.ts';
import {
  checks,
  endHypercare,
  opsSigns,
  qaSigns,
  reviewed,
  toProduction,
  undo,
  walkTo,
} from '../support/company-walk.ts';

let company: Company;
afterEach(() => company.close());

async function openAt(station: Parameters<typeof walkTo>[1], options?: CompanyOptions): Promise<void> {
  company = await openCompany(options);
  await walkTo(company, station);
}

const tried = new Set<string>();
function fault(name: keyof typeof FAULTS, on = true): void {
  tried.add(name);
  company.sandbox.faults.set(name, on);
}

describe('a candidate that is bad in production goes back by itself, and production is what it was', () => {
  it.each([
    ['canary-errors', 'canary.failed'],
    ['canary-latency', 'canary.failed'],
    ['no-data', 'canary.inconclusive'],
    ['crash-loop', 'rollout.doomed'],
    ['image-missing', 'rollout.doomed'],
    ['migration-failing', 'migration.failed'],
    ['prometheus-down', 'canary.inconclusive'],
  ] as const)('%s: %s', async (name, code) => {
    await openAt('ready');
    const before = await company.production();
    await company.advanceToWindow();
    fault(name);
    const outcome = await toProduction(company);
    expect(outcome).toMatchObject({ result: 'failed', data: { code, phase: 'rolled-back' } });
    expect(await company.production()).toEqual(before);
    expect((await company.state()).deployment).toMatchObject({ result: 'rolled-back', promoted: false });
    expect((await audit(company.as('anyone@example.com'), company.id)).result).toBe('done');
  });
});

describe('a world that fails stands still', () => {
  it('cluster-unreachable before the first write: nothing is begun', async () => {
    await openAt('ready');
    const before = await company.production();
    await company.advanceToWindow();
    fault('cluster-unreachable');
    expect((await refusal(toProduction(company))).code).toBe('cluster.unreachable');
    fault('cluster-unreachable', false);
    expect((await company.state()).phase).toBe('ready');
    expect(await company.production()).toEqual(before);
  });

  it('cluster-unreachable while the canary bakes: the canary stands, the error says how to go on, and resuming does', async () => {
    await openAt('ready');
    await company.advanceToWindow();
    const sink = {
      emit: ({ type }: { type: string }) => {
        if (type === 'canary.look') company.sandbox.faults.set('cluster-unreachable', true);
      },
    };
    const error = await refusal(toProduction(company, {}, { sink }));
    expect(error.code).toBe('cluster.unreachable');
    expect(error.hints[0]).toBe(`relctl deploy ${company.id} --resume`);
    expect(await company.state()).toMatchObject({ phase: 'canary', deployment: { promoted: false } });
    fault('cluster-unreachable', false);
    expect(await toProduction(company, { mode: 'resume' })).toMatchObject({ data: { phase: 'deployed' } });
  });

  it('prometheus-down for a while: the bake goes on without data and passes on what came before and after', async () => {
    await openAt('ready');
    await company.advanceToWindow();
    let looks = 0;
    const sink = {
      emit: ({ type }: { type: string }) => {
        if (type !== 'canary.look') return;
        looks += 1;
        company.sandbox.faults.set('prometheus-down', looks > 2 && looks < 5);
      },
    };
    expect(await toProduction(company, {}, { sink })).toMatchObject({ result: 'done', data: { phase: 'deployed' } });
  });
});

describe('people and checks say no', () => {
  it('no-go: one veto ends the round', async () => {
    await openAt('submitted');
    fault('no-go');
    const { spec } = await company.plan();
    const people = company.sandbox.people(spec);
    const member = people.board.at(-1) ?? '';
    const outcome = await signoffCab(company.as(member), company.id, { ...people.cabVote(member), conditions: [] });
    expect(outcome.data).toMatchObject({ phase: 'no-go', decision: 'no-go' });
  });

  it('qa-failing: a rejection leaves the candidate in staging, and it cannot be deployed', async () => {
    await openAt('staged');
    fault('qa-failing');
    expect(await qaSigns(company)).toMatchObject({ data: { phase: 'staged', decision: 'reject' } });
    await opsSigns(company);
    await company.advanceToWindow();
    expect(await refusal(toProduction(company))).toMatchObject({ code: 'gate.refused', kind: 'gate' });
  });

  it.each([['alert-never-fires'], ['ops-resource-missing']] as const)(
    '%s: Operations cannot sign against it',
    async (name) => {
      company = await openCompany();
      fault(name);
      await walkTo(company, 'staged');
      const error = await refusal(opsSigns(company));
      expect(error.code).toBe('signoff.red');
      expect((await company.state()).signoffs.ops).toBeUndefined();
    },
  );

  it('smoke-failing: the release is not complete, nobody is told that it is, and a rollback puts production back', async () => {
    await openAt('ready');
    const before = await company.production();
    await company.advanceToWindow();
    await toProduction(company);
    fault('smoke-failing');
    const outcome: Outcome = await checks(company);
    expect(outcome).toMatchObject({ result: 'failed', data: { code: 'smoke.failed', phase: 'deployed' } });
    expect(company.sandbox.outbox().map((message) => message.topic)).not.toContain('deploy.complete');
    expect(await undo(company)).toMatchObject({ result: 'done', data: { phase: 'rolled-back' } });
    expect(await company.production()).toEqual(before);
  });

  it('success-missed: the metric is judged missed, and the review says so', async () => {
    company = await openCompany({
      plan: ({ spec }) => {
        for (const metric of spec.successMetrics ?? []) delete metric.guardrail;
      },
    });
    fault('success-missed');
    await walkTo(company, 'hypercare');
    await endHypercare(company);
    const events = (await company.plan()).events.length;
    const silent = await refusal(reviewed(company));
    expect(silent).toMatchObject({ code: 'usage.missing-answer', hints: [expect.stringContaining('--comment')] });
    expect((await company.plan()).events).toHaveLength(events);
    const outcome = await reviewed(company, { comment: 'the campaign starts next week' });
    expect(outcome.data).toMatchObject({ phase: 'closed', metrics: [{ verdict: 'missed' }] });
    const { review } = await company.state();
    if (review?.data.document === undefined) throw new Error('the review kept no document');
    const text = new TextDecoder().decode(await company.store.read(company.id, review.data.document));
    expect(text).toMatch(/\*\*Outcome\*\*: \*\*success, although .* was missed: the campaign starts next week\*\*/);
  });
});

describe('notifications that fail', () => {
  const required = {
    shape: {
      config: (config: Record<string, unknown>) => {
        config.notifications = [{ name: 'pager', kind: 'webhook', url: 'http://127.0.0.1:9/', required: true }];
      },
    },
  };

  it('do not stop a release when no channel is required, are retried with the same key, and arrive once', async () => {
    await openAt('ready');
    await company.advanceToWindow();
    fault('notification-failing');
    expect(await toProduction(company)).toMatchObject({ data: { phase: 'deployed' } });
    const starting = async () => (await company.state()).outbox.filter((entry) => entry.topic === 'deploy.starting');
    const [failed] = await starting();
    expect(failed).toMatchObject({ failed: ['sandbox'], sent: [] });
    fault('notification-failing', false);
    await checks(company);
    expect(await starting()).toEqual([{ ...failed, failed: [], sent: ['sandbox'] }]);
    const delivered = company.sandbox.outbox().filter((message) => message.topic === 'deploy.starting');
    expect(delivered.map((message) => message.key)).toEqual([failed?.key]);
  });

  it('stop it before production is touched where a channel is required, and resuming goes on', async () => {
    await openAt('ready', required);
    const before = await company.production();
    await company.advanceToWindow();
    fault('notification-failing');
    expect((await refusal(toProduction(company))).code).toBe('notification.failed');
    expect(await company.production()).toEqual(before);
    fault('notification-failing', false);
    expect(await toProduction(company, { mode: 'resume' })).toMatchObject({ data: { phase: 'deployed' } });
    const keys = company.sandbox.outbox().map((message) => message.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('this file', () => {
  it('tries every fault that the sandbox has, but for those that have a file of their own', async () => {
    const elsewhere = [
      // test/unit/usecases/canary/ordinary-days.test.ts
      ...[
        'coarse-buckets',
        'cold-start',
        'lost-target',
        'out-of-memory',
        'requests-lost',
        'scrape-phases',
        'shared-incident',
        'sick-pod',
        'sticky-users',
      ],
      // test/walks/change-record.test.ts
      ...['change-record-down', 'change-rejected'],
    ];
    expect([...tried, ...elsewhere].sort()).toEqual(Object.keys(FAULTS).sort());
  });
});
