import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reviewedSettings } from '../../src/usecases/binding/reviewed.ts';
import { deploy } from '../../src/usecases/deploy.ts';
import { previewDeploy } from '../../src/usecases/deployment/preview.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { signoffOps } from '../../src/usecases/signoff-ops.ts';
import { signoffQa } from '../../src/usecases/signoff-qa.ts';
import { stage } from '../../src/usecases/stage.ts';
import { OPERATOR, TESTER, walkTo } from '../support/company-walk.ts';
import { forge, type Written } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE, SAMPLE_ID } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/**
 * A program of the commit that a plan names may render its manifests. Whoever may push writes a plan, what a submission of it keeps, and a history that
 * nobody signed: a step forward that is refused has run nothing of it, on a colleague's machine or where CI carries a deployment on.
 */
const STATIONS = ['submitted', 'approved', 'staged', 'ready', 'canary'] as const;
let company: SignedCompany;
const stood = new Map<string, string>();
const file = () => join(company.git.root, SAMPLE_FILE);

beforeAll(async () => {
  company = await openSignedCompany({
    shape: {
      config(config) {
        for (const [name, service] of Object.entries(
          config.services as Readonly<Record<string, { manifests: object }>>,
        )) {
          const printed = (environment: string) => ({ command: ['cat', `deploy/${environment}/${name}.yaml`] });
          service.manifests = { staging: printed('staging'), production: printed('production') };
        }
      },
    },
  });
  let from: 'draft' | (typeof STATIONS)[number] = 'draft';
  for (const station of STATIONS) {
    await walkTo(company, station, from);
    stood.set(station, readFileSync(file(), 'utf8'));
    from = station;
  }
});
afterAll(() => company.close());

const GO = { decision: 'go', operationalReadiness: true, securityReview: true, impactAssessment: true } as const;
const forward = (mode: 'full' | 'resume' | 'promote') => (context: Context) =>
  deploy(context, SAMPLE_ID, { mode, takeOver: false });
const STEPS: readonly (readonly [string, string, (context: Context) => Promise<unknown>])[] = [
  ['signoff cab', PEOPLE.cab[2], (context) => signoffCab(context, SAMPLE_ID, { ...GO, conditions: [] })],
  ['stage', PEOPLE.rdLead, (context) => stage(context, SAMPLE_ID, { takeOver: false })],
  ['signoff qa', TESTER, (context) => signoffQa(context, SAMPLE_ID, { junit: [], passed: [], failed: [] })],
  ['signoff ops', OPERATOR, (context) => signoffOps(context, SAMPLE_ID, { decision: 'pass' })],
  ['deploy', OPERATOR, forward('full')],
  ['deploy --resume', OPERATOR, forward('resume')],
  ['deploy --promote', OPERATOR, forward('promote')],
  ['deploy --dry-run', OPERATOR, (context) => previewDeploy(context, SAMPLE_ID)],
];

function unsigned(written: Written): Written {
  const { signature: _, ...data } = written.data as { readonly signature?: unknown };
  return { ...written, data };
}

/** Takes a step, and tells what was rendered for it. */
async function renderedBy(person: string, step: (context: Context) => Promise<unknown>, job?: string) {
  const rendered: string[] = [];
  const own = company.as(person);
  const manifests: Context['manifests'] = {
    render(commit, request) {
      rendered.push(`${commit} ${request.environment}`);
      return own.manifests.render(commit, request);
    },
  };
  const runs = { ...own.runs, self: { ...own.runs.self, ...(job === undefined ? {} : { job }) } };
  const code = await step({ ...own, manifests, runs, reviewed: reviewedSettings(own) }).then(
    () => 'done',
    (error: { readonly code: string }) => error.code,
  );
  return { rendered, code };
}

describe.each(STATIONS)('a plan that says that it is %s, which nobody signed', (station) => {
  it.each(STEPS)('is refused by %s without rendering it', async (step, person, take) => {
    writeFileSync(file(), stood.get(station) ?? '');
    await forge(company, (all) => all.map(unsigned));
    const { rendered, code } = await renderedBy(person, take);
    expect(rendered).toEqual([]);
    expect(code).toBe(step === 'deploy --dry-run' ? 'config.unreviewed' : 'gate.refused');
  });
});

it('a signed one is compared with what it renders', async () => {
  writeFileSync(file(), stood.get('staged') ?? '');
  const { rendered } = await renderedBy(PEOPLE.rdLead, STEPS[1]?.[2] ?? (async () => undefined));
  expect(rendered).not.toEqual([]);
});

describe('the way back of a deployment that nobody signed', () => {
  const back = (context: Context) => deploy(context, SAMPLE_ID, { mode: 'abort', reason: 'x', takeOver: false });
  beforeAll(() => writeFileSync(file(), stood.get('canary') ?? ''));

  it('runs no program of its commit on a machine, which whoever may push could have started', async () => {
    await forge(company, (all) => all.map(unsigned));
    expect(await renderedBy(OPERATOR, back, 'github/1')).toEqual({ rendered: [], code: 'config.unreviewed' });
  });

  it('is open for a person', async () => {
    const { rendered, code } = await renderedBy(OPERATOR, back);
    expect(rendered).not.toEqual([]);
    expect(code).toBe('done');
  });
});
