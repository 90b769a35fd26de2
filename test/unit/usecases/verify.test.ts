import { afterEach, describe, expect, it } from 'vitest';
import type { HttpProbe, HttpProbeAnswer } from '../../../src/ports/commands.ts';
import type { Prompter } from '../../../src/ports/prompter.ts';
import type { RecordedCheck } from '../../../src/usecases/checks/check-lines.ts';
import { acquireLock } from '../../../src/usecases/cluster/lock.ts';
import type { Context } from '../../../src/usecases/release/context.ts';
import { verify } from '../../../src/usecases/verify.ts';
import { type Company, foreignRuns, openCompany, refusal, SILENT } from '../../support/company.ts';
import { OPERATOR, walkTo } from '../../support/company-walk.ts';
import type { WrittenPlan } from '../../support/sample-plan.ts';

type SmokeTests = WrittenPlan['spec']['smokeTests'];

let company: Company;
afterEach(() => company?.close());

/** A company that has deployed a plan with these smoke tests. */
async function deployed(smokeTests: SmokeTests): Promise<void> {
  company = await openCompany({
    plan: ({ spec }) => {
      spec.smokeTests = smokeTests;
    },
  });
  await walkTo(company, 'deployed');
}

/** The company's people and world, with a probe that gives these answers in turn; the last one stays. */
function withAnswers(answers: readonly Partial<HttpProbeAnswer>[], more: Partial<Context> = {}): Context {
  const { environments } = company.as(OPERATOR);
  let asked = 0;
  const http: HttpProbe = {
    request: async () => {
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      return { status: 200, body: 'ok', headers: { etag: 'x' }, latencyMs: 5, ...answer };
    },
  };
  return company.as(OPERATOR, { environments: { ...environments, http }, ...more });
}

const answers = { passed: [], failed: [] };
const URL = 'https://shop.example.com/healthz';
const checksOf = (data: unknown) => (data as { readonly checks: readonly RecordedCheck[] }).checks;

describe('verify', () => {
  it('repeats a check within its limits, waits longer each time, and keeps every try', async () => {
    await deployed([{ name: 'home', http: { url: URL }, retries: 3, backoff: '10s' }]);
    const context = withAnswers([{ status: 503, body: 'starting' }, { status: null, body: 'refused' }, {}]);
    const began = context.clock.now();
    const outcome = await verify(context, company.id, answers);
    expect(outcome.result).toBe('done');
    const [check] = checksOf(outcome.data);
    expect(check).toMatchObject({ ok: true, warning: true, detail: expect.stringContaining('at try 3') });
    const bytes = await company.store.read(company.id, check?.evidence ?? { file: '', sha256: '' });
    const kept = JSON.parse(new TextDecoder().decode(bytes)) as { readonly tries: readonly { readonly at: string }[] };
    expect(kept.tries).toMatchObject([
      {
        ok: false,
        status: 503,
        problems: ['answers 503, not 200'],
        bodySha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      { ok: false, status: null, problems: ['refused'] },
      { ok: true, status: 200 },
    ]);
    expect(JSON.stringify(kept)).not.toContain('starting');
    expect(kept.tries.map((one) => (Date.parse(one.at) - began) / 1000)).toEqual([0, 10, 30]);
  });

  it('gives up after the last repetition; nothing is announced, and going back is what comes next', async () => {
    await deployed([{ name: 'home', http: { url: URL }, retries: 1 }]);
    const outcome = await verify(withAnswers([{ status: 503 }]), company.id, answers);
    expect(outcome).toMatchObject({ result: 'failed', data: { code: 'smoke.failed', phase: 'deployed' } });
    expect(checksOf(outcome.data)[0]?.detail).toContain('after try 2');
    expect(JSON.stringify(outcome.blocks)).toContain(`relctl rollback ${company.id}`);
    expect(company.sandbox.outbox().map((message) => message.topic)).not.toContain('deploy.complete');
  });

  it('does not run a check whose predecessor failed', async () => {
    await deployed([
      { name: 'home', http: { url: URL } },
      { name: 'login', command: ['./login.sh'], after: ['home'] },
      { name: 'pay', command: ['./pay.sh'], after: ['login'] },
      { name: 'alone', command: ['./alone.sh'] },
    ]);
    const outcome = await verify(withAnswers([{ status: 500 }]), company.id, answers);
    expect(
      checksOf(outcome.data)
        .slice(0, 4)
        .map((check) => [check.name, check.ok, check.detail]),
    ).toEqual([
      ['home', false, expect.any(String)],
      ['login', false, 'not run, because "home" did not pass'],
      ['pay', false, 'not run, because "login" did not pass'],
      ['alone', true, expect.any(String)],
    ]);
  });

  it('runs a Job in production under the lock, keeps what it printed and leaves nothing behind', async () => {
    await deployed([{ name: 'Ledger adds up', job: { image: 'shop/smoke:1', command: ['check'] }, timeout: '2m' }]);
    const before = await company.production();
    const outcome = await verify(company.as(OPERATOR), company.id, answers);
    expect(outcome.result).toBe('done');
    const [check] = checksOf(outcome.data);
    expect(check).toMatchObject({ ok: true, detail: expect.stringContaining('succeeded') });
    const bytes = await company.store.read(company.id, check?.evidence ?? { file: '', sha256: '' });
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({
      tries: [
        { jobs: [{ image: 'shop/smoke:1', command: ['check'], target: 'production', logSha256: expect.any(String) }] },
      ],
    });
    expect(await company.production()).toEqual(before);
  });

  it('makes no Job after somebody has taken the environment while the process was stopped', async () => {
    await deployed([{ name: 'Ledger adds up', job: { image: 'shop/smoke:1', command: ['check'] }, timeout: '2m' }]);
    const context = company.as(OPERATOR);
    const { environments, interruption, runs } = context;
    let wakes = 0;
    const made: string[] = [];
    const seen: typeof environments = {
      ...environments,
      cluster: (environment, region) => {
        const cluster = environments.cluster(environment, region);
        return {
          ...cluster,
          async list(query) {
            // Ctrl-Z behind the lock: until fg another process takes it.
            if (query.kind === 'Job' && wakes === 0) {
              await acquireLock({ ...context, runs: foreignRuns(runs) }, 'production', cluster, company.id, {
                durationSeconds: 60,
                wait: false,
                takeOver: true,
                fenceAbove: 0,
              });
              wakes = 1;
            }
            return cluster.list(query);
          },
          create(object) {
            made.push(object.kind);
            return cluster.create(object);
          },
        };
      },
    };
    const stopped = { environments: seen, interruption: { ...interruption, wakes: () => wakes } };
    const error = await refusal(verify(company.as(OPERATOR, stopped), company.id, answers));
    expect(error.code).toBe('cluster.fenced-off');
    expect(made).not.toContain('Job');
  });

  it.each([
    [true, 'rolled-back'],
    [false, 'deployed'],
  ])('offers the way back at a terminal: %s', async (answer, phase) => {
    await deployed([{ name: 'home', http: { url: URL } }]);
    const asked: { readonly default: boolean; readonly approval: boolean }[] = [];
    const prompter: Prompter = {
      ...SILENT,
      interactive: true,
      confirm: async (question) => {
        asked.push(question);
        return answer;
      },
    };
    const outcome = await verify(withAnswers([{ status: 500 }], { prompter }), company.id, answers);
    expect(asked).toMatchObject([{ default: false, approval: true }]);
    expect(outcome).toMatchObject({ result: 'failed', data: { code: 'smoke.failed' } });
    expect((await company.state()).phase).toBe(phase);
  });
});
