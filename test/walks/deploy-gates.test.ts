import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../src/domain/outcome/progress.ts';
import { windowSpan } from '../../src/domain/schedule/calendar.ts';
import { RelctlError } from '../../src/errors.ts';
import { status } from '../../src/usecases/status.ts';
import { submitCab } from '../../src/usecases/submit-cab.ts';
import { type Company, deadRuns, openCompany, refusal } from '../support/company.ts';
import { OPERATOR, opsSigns, qaSigns, toProduction, toStaging, voteGo, walkTo } from '../support/company-walk.ts';
import { dyingStore, Killed } from '../support/dying-store.ts';
import { recordingEnvironments } from '../support/recording-environments.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';

let company: Company;
afterEach(() => company.close());

const DAY = 86_400_000;

function editPlan(change: (text: string) => string): void {
  const file = join(company.git.root, SAMPLE_FILE);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

interface Refusals {
  readonly refusals: readonly { readonly gate: string }[];
}
const gatesOf = (error: { readonly data: unknown }) => (error.data as Refusals).refusals.map((one) => one.gate);

describe('exceptions', () => {
  it('stand in for a rule about time: recorded with reason, gate and command, before anything else happens', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    const error = await refusal(toProduction(company));
    expect(gatesOf(error)).toEqual(['time.window-open']);
    expect(error.hints.at(-1)).toContain('--exception "<reason>"');
    const outcome = await toProduction(company, { exception: 'the shops asked for it', mode: 'canary' });
    expect(outcome.data).toMatchObject({ phase: 'canary' });
    const { events } = await company.plan();
    const granted = events.find((event) => event.type === 'exception.granted');
    expect(granted).toMatchObject({
      actor: OPERATOR,
      data: { gate: 'time.window-open', reason: 'the shops asked for it', command: 'deploy' },
    });
    expect(granted?.seq).toBeLessThan(events.find((event) => event.type === 'deploy.started')?.seq ?? 0);
  });

  it('are not needed in the sandbox, whose clock is moved to where the window opens', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    const { hints } = await refusal(toProduction(company));
    const { window } = (await company.plan()).spec;
    expect(
      windowSpan({
        ...window,
        start: hints[0]?.split(' ').at(-1) ?? '',
        timeZone: company.as(OPERATOR).config.timeZone,
      }).start,
    ).toBe(windowSpan(window).start);
    expect(hints[0]).toMatch(/^relctl sandbox advance --to /);
  });

  it('stand in for a late submission, one for each rule that refuses', async () => {
    company = await openCompany();
    await company.advanceToWindow(-2 * DAY);
    const lead = company.as(PEOPLE.rdLead);
    expect(gatesOf(await refusal(submitCab(lead, company.id, {})))).toEqual(['time.cab-lead']);
    await submitCab(lead, company.id, { exception: 'the law changes on Friday' });
    expect((await company.state()).exceptions).toMatchObject([{ data: { gate: 'time.cab-lead' } }]);
  });

  it.each([
    ['a sign-off', 'staged', 'phase.order'],
    ['the order of phases', 'approved', 'phase.order'],
  ] as const)('stand in for nothing else: %s', async (_what, station, gate) => {
    company = await openCompany();
    await walkTo(company, station);
    const before = (await company.plan()).revision;
    const error = await refusal(toProduction(company, { exception: 'we are in a hurry' }));
    expect(gatesOf(error)).toContain(gate);
    expect(error.hints.join('\n')).not.toContain('--exception');
    expect((await company.plan()).revision).toBe(before);
  });

  it('do not help where one rule about time and one of another kind refuse together', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    editPlan((text) => text.replace('change: Takes wallet payments', 'change: Takes all payments'));
    const error = await refusal(toProduction(company, { exception: 'we are in a hurry' }));
    expect(gatesOf(error)).toEqual(expect.arrayContaining(['cab.go', 'time.window-open']));
    expect((await company.state()).exceptions).toEqual([]);
  });
});

describe('an approval', () => {
  it('is not given to a text that was changed after it was submitted', async () => {
    company = await openCompany();
    await walkTo(company, 'submitted');
    editPlan((text) => text.replace('change: Takes wallet payments', 'change: Takes all payments'));
    const error = await refusal(voteGo(company, PEOPLE.cab[0]));
    expect(gatesOf(error)).toEqual(['cab.current']);
    expect(error.hints[0]).toBe(`relctl plan ${company.id} --reopen "<reason>" --as ${PEOPLE.rdLead}`);
    expect((await company.state()).cab?.votes).toEqual([]);
  });

  it('is void once the plan says something else, until it is approved and staged again', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    editPlan((text) => text.replace('change: Takes wallet payments', 'change: Takes all payments'));
    const error = await refusal(toProduction(company));
    expect(gatesOf(error)).toEqual(expect.arrayContaining(['cab.go', 'stage.current', 'signoff.qa', 'signoff.ops']));
    expect((await status(company.as(OPERATOR), company.id)).data).toMatchObject({ approvalVoid: true });
  });

  it('of what is in staging is void once something is staged again', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    await toStaging(company);
    expect((await company.state()).phase).toBe('staged');
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3_600_000);
    await qaSigns(company);
    await company.advanceToWindow();
    expect(gatesOf(await refusal(toProduction(company)))).toContain('phase.order');
    await opsSigns(company);
    expect((await toProduction(company, { mode: 'canary' })).data).toMatchObject({ phase: 'canary' });
  });

  it('is not given by one person for QA and for Operations', async () => {
    company = await openCompany({
      plan: ({ spec }) => {
        spec.owners.qa = [OPERATOR];
      },
    });
    await walkTo(company, 'staged');
    const { spec } = await company.plan();
    expect(spec.owners.qa).toEqual([OPERATOR]);
    await opsSigns(company);
    const found = company.sandbox.people(spec).qaFindings();
    const { signoffQa } = await import('../../src/usecases/signoff-qa.ts');
    const context = company.as(OPERATOR);
    await context.workspace.write('reports/regression.xml', found.junit, { overwrite: true });
    const answers = {
      junit: ['reports/*.xml'],
      passed: found.features.map((test) => test.id),
      failed: [],
      decision: 'pass',
    };
    expect(gatesOf(await refusal(signoffQa(context, company.id, answers)))).toEqual(['signoff.separate']);
  });
});

describe('a plan that was changed while it is deployed', () => {
  it('is not gone on with: resuming refuses before anything is written, and aborting still puts production back', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    const before = await company.production();
    await company.advanceToWindow();
    const store = dyingStore(company.store, 'canary.judged', 'before');
    await expect(toProduction(company, {}, { store, runs: deadRuns(company) })).rejects.toThrow(Killed);
    editPlan((text) => text.replace('change: Takes wallet payments', 'change: Takes all payments'));
    const { environments, writes } = recordingEnvironments(company.sandbox);
    const error = await refusal(toProduction(company, { mode: 'resume' }, { environments }));
    expect(error).toMatchObject({
      code: 'gate.refused',
      message: expect.stringContaining('was changed after the CAB'),
    });
    expect(writes).toEqual([]);
    expect(await toProduction(company, { mode: 'abort' })).toMatchObject({ data: { phase: 'aborted' } });
    expect(await company.production()).toEqual(before);
  });

  it('by hand between two records is refused with the difference, and nothing is lost', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const sink = {
      emit({ type }: { type: string }) {
        if (type === 'canary.look')
          editPlan((text) => text.replace('kind: ReleasePlan\n', 'kind: ReleasePlan # looked at\n'));
      },
    };
    const error = await refusal(toProduction(company, {}, { sink }));
    expect(error.code).toBe('plan.changed-underneath');
    expect(String(error.data?.diff)).toContain('+kind: ReleasePlan # looked at');
    // The edit stands, and so does the canary.
    expect((await company.plan()).head).toContain('# looked at');
    expect((await company.state()).phase).toBe('canary');
  });
});

describe('the wrong cluster', () => {
  it('that relctl.yaml did not name when the release was submitted is refused before the first write', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const { config } = company.as(OPERATOR);
    const elsewhere = structuredClone(config);
    elsewhere.environments.production.clusterUid = 'another-cluster';
    const { environments, writes } = recordingEnvironments(company.sandbox);
    const error = await refusal(toProduction(company, {}, { config: elsewhere, environments }));
    expect(error.code).toBe('gate.refused');
    expect(error.message).toContain('relctl.yaml environments.production.clusterUid');
    expect(writes).toEqual([]);
    expect((await company.state()).phase).toBe('ready');
  });

  it('is never assumed to be the right one outside the sandbox', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const { environments, writes } = recordingEnvironments({ ...company.sandbox, simulated: false });
    const error = await refusal(toProduction(company, {}, { environments }));
    expect(['cluster.wrong-identity', 'gate.refused']).toContain(error.code);
    expect(writes).toEqual([]);
  });
});

describe('Ctrl-C during the bake', () => {
  const interrupting = () => {
    let controller = new AbortController();
    let looks = 0;
    return {
      interruption: {
        get signal() {
          return controller.signal;
        },
        clear() {
          controller = new AbortController();
        },
      },
      sink: {
        emit(progress: Progress) {
          company.told.push(progress);
          if (progress.type !== 'canary.look') return;
          looks += 1;
          if (looks === 1) controller.abort();
        },
      },
    };
  };

  it('holds the canary without a terminal: nothing is promoted, and it is said who did it', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const error = await refusal(toProduction(company, {}, interrupting()));
    expect(error).toMatchObject({
      code: 'pending.person',
      exitCode: 8,
      message: 'held: the canary stays as it is, with its share of production (1% asked for)',
      hints: [`relctl deploy ${company.id} --resume`, `relctl deploy ${company.id} --abort`],
    });
    expect(error.why).toMatch(/^Nothing is being changed\..*neither promoted nor rolled back/);
    const watched = company.told.filter((one) => one.type === 'step' && one.title.startsWith('Watch'));
    expect(watched.map((one) => one.type === 'step' && one.state)).toEqual(['started']);
    expect(await company.state()).toMatchObject({
      phase: 'canary',
      deployment: { promoted: false, result: 'running' },
    });
    const { events } = await company.plan();
    expect(events.at(-1)).toMatchObject({ type: 'canary.held', data: { reason: `interrupted by ${OPERATOR}` } });
    expect(await toProduction(company, { mode: 'resume' })).toMatchObject({ data: { phase: 'deployed' } });
  });

  it('keeps what --canary asked for: what is resumed stops at the verdict too', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const error = await refusal(toProduction(company, { mode: 'canary' }, interrupting()));
    expect(error.why).toContain('--resume continues watching and stops after the verdict');
    expect(await toProduction(company, { mode: 'resume' })).toMatchObject({
      headline: expect.stringContaining('passed and keeps its share'),
      data: { phase: 'canary' },
    });
    expect(await company.state()).toMatchObject({ deployment: { promoted: false } });
    expect(await toProduction(company, { mode: 'promote' })).toMatchObject({ data: { phase: 'deployed' } });
  });

  it('holds when the question itself is interrupted', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const select = async (): Promise<never> => {
      throw new RelctlError('answer.interrupted', 'interrupted');
    };
    const prompter = { ...company.as(OPERATOR).prompter, interactive: true, select };
    expect(await refusal(toProduction(company, {}, { ...interrupting(), prompter }))).toMatchObject({
      code: 'pending.person',
    });
    expect((await company.state()).phase).toBe('canary');
  });

  it.each([
    ['abort', 'aborted'],
    ['hold', 'canary'],
    ['continue', 'deployed'],
  ] as const)('at a terminal, %s leads to %s', async (answer, phase) => {
    company = await openCompany();
    await walkTo(company, 'ready');
    const before = await company.production();
    await company.advanceToWindow();
    const context = company.as(OPERATOR);
    const asked: string[] = [];
    const prompter = {
      ...context.prompter,
      interactive: true,
      async select<T extends string>(question: {
        readonly choices: readonly { readonly value: T }[];
        readonly message: string;
      }): Promise<T> {
        asked.push(question.message);
        const choice = question.choices.find((one) => one.value === answer);
        if (choice === undefined) throw new Error('the answer is not offered');
        return choice.value;
      },
    };
    await toProduction(company, {}, { ...interrupting(), prompter }).catch(() => undefined);
    expect(asked).toHaveLength(1);
    expect((await company.state()).phase).toBe(phase);
    if (phase === 'aborted') expect(await company.production()).toEqual(before);
  });
});

describe('the change window', () => {
  it('that closes during the bake keeps the canary from being promoted, and a reason lets it go on', async () => {
    company = await openCompany();
    await walkTo(company, 'ready');
    const { end } = windowSpan((await company.plan()).spec.window);
    company.sandbox.clock.advanceTo(end - 5 * 60_000);
    const error = await refusal(toProduction(company));
    expect(gatesOf(error)).toEqual(['time.window-open']);
    expect(await company.state()).toMatchObject({
      phase: 'canary',
      deployment: { verdict: { data: { verdict: 'pass' } } },
    });
    const outcome = await toProduction(company, { mode: 'promote', exception: 'the canary is clean' });
    expect(outcome.data).toMatchObject({ phase: 'deployed' });
  });
});
