import { afterAll, describe, expect, it } from 'vitest';
import { readCanaryStory } from '../../../../src/domain/report/canary-story.ts';
import {
  buildReport,
  lateness,
  type Milestone,
  type ReportModel,
  whenText,
} from '../../../../src/domain/report/model.ts';
import { loadPolicy } from '../../../../src/usecases/release/settings.ts';
import { signoffCab } from '../../../../src/usecases/signoff-cab.ts';
import { type Company, openCompany } from '../../../support/company.ts';
import { undo, walkTo } from '../../../support/company-walk.ts';
import { type Reported, reported, told } from '../../../support/reported.ts';
import { PEOPLE } from '../../../support/sample-plan.ts';

const opened: Company[] = [];
afterAll(() => {
  for (const company of opened) company.close();
});
const histories = new Map<Parameters<typeof reported>[0], Promise<Reported>>();
/** Each history is walked once: the tests only read it. */
async function history(fault?: Parameters<typeof reported>[0]): Promise<Reported> {
  const work = histories.get(fault) ?? reported(fault);
  histories.set(fault, work);
  const one = await work;
  if (!opened.includes(one.company)) opened.push(one.company);
  return one;
}
const names = (model: ReportModel, tone: Milestone['tone']) =>
  model.timeline.filter((milestone) => milestone.tone === tone).map(({ name }) => name);

/** The latest evidence of a canary's watch, as it lies in the release's folder. */
async function seriesOf({ company, model }: Reported): Promise<string> {
  const series = model.state.deployment?.verdict?.data.series;
  if (series === undefined) throw new Error('the canary kept no series');
  return new TextDecoder().decode(await company.store.read(company.id, series));
}

describe('the model of a report', () => {
  it('of a good release: every milestone came, within its span, and all is told', async () => {
    const { model } = await history();
    expect(names(model, 'good')).toHaveLength(model.timeline.length);
    const off = new Map(model.timeline.map((milestone) => [milestone.name, lateness(milestone)]));
    expect(off.get('Deployment began')).toBe('on time');
    expect(off.get('Reviewed')).toBe('on time');
    expect(model.approvals.map(({ role }) => role)).toEqual(['CAB', 'CAB', 'QA', 'Operations', 'Hypercare']);
    expect(model.burn.length).toBeGreaterThan(0);
    expect(model.steps.every(({ state }) => state === 'completed')).toBe(true);
  });

  it('of one that was taken back: it says so in place of what never came', async () => {
    const { model } = await history('canary-errors');
    expect(names(model, 'bad')).toEqual(['Canary judged', 'Rolled back']);
    expect(model.timeline.map(({ name }) => name)).not.toContain('Rolled out');
    expect(model.timeline.at(-1)?.detail).toMatch(/evidence .* > limit/);
  });

  it('of one that got a No-Go: nothing is planned any more', async () => {
    const company = await openCompany();
    opened.push(company);
    await walkTo(company, 'submitted');
    const [member] = PEOPLE.cab;
    await signoffCab(company.as(member), company.id, { decision: 'no-go', comment: 'not yet', conditions: [] });
    const { model } = await told(company);
    expect(model.timeline.map(({ name, tone }) => [name, tone])).toEqual([
      ['Submitted to the CAB', 'good'],
      ['Decided by the CAB', 'bad'],
    ]);
  });

  it('of a draft: all is open, and nothing is made up', async () => {
    const company = await openCompany();
    opened.push(company);
    const { model } = await told(company);
    expect(names(model, 'open')).toHaveLength(model.timeline.length);
    expect(model).toMatchObject({ canary: undefined, burn: [], steps: [], approvals: [] });
  });

  it('what is planned for a day names the day, not its midnight', async () => {
    const company = await openCompany();
    opened.push(company);
    const { model } = await told(company);
    const zone = model.plan.spec.window.timeZone;
    const planned = model.timeline.map((one) => [one.name, whenText(one, zone)]);
    expect(new Map(planned as [string, string][]).get('Reviewed')).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(planned.filter(([, when]) => when?.includes('00:00'))).toEqual([]);
  });

  it('of a second attempt that went well: the rollback of the first is not what became of it', async () => {
    const company = await openCompany();
    opened.push(company);
    await walkTo(company, 'canary');
    await undo(company);
    const { model: undone } = await told(company);
    expect(undone.timeline.at(-1)?.name).toBe('Rolled back');
    const events = [...undone.plan.events];
    const started = events.find((event) => event.type === 'deploy.started');
    if (started?.type !== 'deploy.started') throw new Error('nothing was started');
    const policy = await loadPolicy(company.as('anyone@example.com').workspace, undone.plan.metadata.process);
    const again = { ...started, seq: events.length + 1, data: { ...started.data, attempt: 2 } };
    const { timeline } = buildReport({ ...undone.plan, events: [...events, again] }, policy, undefined, 0);
    expect(timeline.map(({ name }) => name)).toContain('Rolled out');
    expect(timeline.map(({ name }) => name)).not.toContain('Rolled back');
  });
});

describe('how far a milestone was from its plan', () => {
  const milestone = (planned: number | undefined, actual: number | undefined, plannedUntil?: number): Milestone => ({
    name: '',
    planned,
    actual,
    plannedUntil,
    who: '',
    detail: '',
    tone: 'good',
  });
  it.each([
    [milestone(0, 30_000), 'on time'],
    [milestone(0, 3_600_000), '1 h after'],
    [milestone(3_600_000, 0), '1 h before'],
    [milestone(0, 3_600_000, 7_200_000), 'on time'],
    [milestone(0, 10_800_000, 7_200_000), '1 h after'],
    [milestone(undefined, 1), ''],
    [milestone(1, undefined), ''],
  ])('%j: %s', (one, text) => expect(lateness(one)).toBe(text));
});

describe('the story of a canary', () => {
  it.each([
    [undefined, 'pass'],
    ['canary-errors', 'fail'],
    ['canary-latency', 'fail'],
  ] as const)('%s: the kept series, judged again, ends as the record says: %s', async (fault, verdict) => {
    const one = await history(fault);
    const recorded = one.model.state.deployment?.verdict?.data;
    expect(recorded?.verdict).toBe(verdict);
    const story = readCanaryStory(await seriesOf(one));
    expect(story).toEqual(one.model.canary);
    const crossed = story?.slos.filter((slo) => (slo.points.at(-1)?.evidence ?? 0) >= slo.limit) ?? [];
    expect(crossed.length > 0).toBe(verdict === 'fail');
    for (const { name, canary } of recorded?.slos ?? []) {
      const counted = canary as { bad: number; total: number };
      const last = story?.slos.find((slo) => slo.name === name)?.points.at(-1);
      expect(last?.canaryTotal).toBe(counted.total);
      expect(last?.canary).toBeCloseTo(counted.bad / counted.total, 12);
    }
  });

  it('without data: looks are silent, and no point is drawn from nothing', async () => {
    const { model } = await history('no-data');
    expect(model.state.deployment?.verdict?.data.verdict).toBe('inconclusive');
    expect(model.canary?.slos.some((slo) => slo.silent.length > 0)).toBe(true);
    for (const slo of model.canary?.slos ?? []) expect(slo.points).toEqual([]);
  });

  it.each(['', '{', 'null', '[]', '{"looks":[]}', '{"settings":{},"looks":3}', '{"settings":{},"looks":[]}'])(
    '%j holds no series',
    (text) => {
      expect(readCanaryStory(text)).toBeUndefined();
    },
  );
});
