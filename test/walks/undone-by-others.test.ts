import { afterEach, describe, expect, it } from 'vitest';
import { unfenced } from '../../src/domain/kubernetes/manifests.ts';
import { withImages } from '../../src/domain/kubernetes/pods.ts';
import type { Progress } from '../../src/domain/outcome/progress.ts';
import { timeOf } from '../../src/domain/schedule/calendar.ts';
import { type ErrorCode, RelctlError } from '../../src/errors.ts';
import type { EventData } from '../../src/plan/events.ts';
import type { KubeObject } from '../../src/ports/cluster.ts';
import type { Environments } from '../../src/ports/environments.ts';
import { hypercare } from '../../src/usecases/hypercare.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { type Company, openCompany } from '../support/company.ts';
import { checks, endHypercare, OPERATOR, toProduction, walkTo } from '../support/company-walk.ts';

/** Another controller, or a person, puts the old version back after the rollout. */
let company: Company;
afterEach(() => company.close());

const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } as const;

async function putOldVersionBack(): Promise<void> {
  const cluster = company.sandbox.cluster('production');
  const live = await cluster.get(WEB);
  if (live === undefined) throw new Error('no web');
  const old = JSON.parse(
    JSON.stringify(live)
      .replaceAll('web:4.2.0', 'web:4.1.0')
      .replace(/@sha256:[0-9a-f]+/g, ''),
  ) as KubeObject;
  await cluster.replace(old, { resourceVersion: live.metadata.resourceVersion ?? '' });
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 10 * 60_000);
}

describe('the old version back in production', () => {
  it('is never verified: the smoke tests are not even asked', async () => {
    company = await openCompany();
    await walkTo(company, 'deployed');
    await putOldVersionBack();
    expect(await checks(company)).toMatchObject({
      result: 'failed',
      data: { code: 'cluster.drift', phase: 'deployed' },
    });
  });

  it('is not verified with the very image either, when the workload is not the one that the release wrote', async () => {
    company = await openCompany();
    await walkTo(company, 'deployed');
    const cluster = company.sandbox.cluster('production');
    const live = await cluster.get(WEB);
    if (live === undefined) throw new Error('no web');
    await cluster.replace(unfenced(live), { resourceVersion: live.metadata.resourceVersion ?? '' });
    const { result, data } = await checks(company);
    expect({ result, code: data.code }).toEqual({ result: 'failed', code: 'cluster.drift' });
    expect(JSON.stringify(data)).toContain('somebody has replaced Deployment/web since it was deployed');
  });

  it('makes every look of hypercare unhealthy, and its exit is refused', async () => {
    company = await openCompany();
    await walkTo(company, 'hypercare');
    await putOldVersionBack();
    const look = await hypercare(company.as(OPERATOR), company.id, { exit: false });
    expect(look).toMatchObject({ result: 'failed', data: { code: 'hypercare.unhealthy' } });
    expect(JSON.stringify(look.blocks)).toContain('web in production runs');
    const until = timeOf((await company.state()).hypercare?.until ?? '');
    expect(until).toBeGreaterThan(company.sandbox.clock.now());
    await expect(endHypercare(company)).rejects.toMatchObject({ code: 'gate.refused' });
  });
});

/** Somebody changes the pod template of web, and leaves its image alone. */
async function changeTemplate(change: (spec: TemplateSpec) => void): Promise<void> {
  const cluster = company.sandbox.cluster('production');
  const live = structuredClone(await cluster.get(WEB)) as KubeObject & {
    spec: { template: { spec: TemplateSpec } };
  };
  change(live.spec.template.spec);
  await cluster.replace(live, { resourceVersion: live.metadata.resourceVersion ?? '' });
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 10 * 60_000);
}

interface TemplateSpec {
  readonly containers: { name: string; image?: string; env?: object[]; envFrom?: object[] }[];
}

const addSidecar = ({ containers }: TemplateSpec) => {
  containers.push({ name: 'proxy', image: 'registry.example.com/proxy:1.0.0' });
};
const addVariable = ({ containers: [web] }: TemplateSpec) => {
  if (web !== undefined) web.env = [...(web.env ?? []), { name: 'CACHE', value: 'off' }];
};
const emptyEnv = ({ containers: [web] }: TemplateSpec) => {
  if (web === undefined) return;
  delete web.env;
  delete web.envFrom;
};

describe('another pod template under the very image', () => {
  it.each([
    ['with a sidecar', addSidecar],
    ['with one more variable', addVariable],
    ['without its variables', emptyEnv],
  ])('%s is never verified', async (_what, change) => {
    company = await openCompany();
    await walkTo(company, 'deployed');
    await changeTemplate(change);
    const { result, data } = await checks(company);
    expect({ result, code: data.code }).toEqual({ result: 'failed', code: 'cluster.drift' });
    expect(JSON.stringify(data)).toContain('somebody has changed the pod template of Deployment/web');
  });

  it('makes a look of hypercare unhealthy', async () => {
    company = await openCompany();
    await walkTo(company, 'hypercare');
    await changeTemplate(emptyEnv);
    const look = await hypercare(company.as(OPERATOR), company.id, { exit: false });
    expect(look).toMatchObject({ result: 'failed', data: { code: 'hypercare.unhealthy' } });
    expect(JSON.stringify(look.blocks)).toContain('under the same image');
  });

  it('is not known where an older relctl recorded no template, and that is no difference', async () => {
    company = await openCompany();
    const { store } = company;
    const older: typeof store = {
      ...store,
      append: (plan, events) =>
        store.append(
          plan,
          events.map((event) => {
            if (event.type !== 'deploy.completed') return event;
            const { templates: _templates, ...data } = event.data as EventData<'deploy.completed'>;
            return { ...event, data } as typeof event;
          }),
        ),
    };
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    await toProduction(company, {}, { store: older });
    await changeTemplate(addVariable);
    expect(await checks(company)).toMatchObject({ result: 'done' });
  });
});

describe('production that nobody could look at', () => {
  const failing = (code: ErrorCode): Partial<Context> => {
    const { environments } = company.as(OPERATOR);
    const list = async () => {
      throw new RelctlError(code, 'pods is forbidden: User "ops" cannot list resource "pods"');
    };
    const cluster: Environments['cluster'] = (...which) => ({ ...environments.cluster(...which), list });
    return { environments: { ...environments, cluster } };
  };

  it.each(['cluster.rejected', 'cluster.unreachable', 'tool.failed', 'tool.timeout', 'manifests.failed'] as const)(
    'is not known, not healthy and no end of the watch: %s',
    async (code) => {
      company = await openCompany();
      await walkTo(company, 'hypercare');
      company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 10 * 60_000);
      const look = await hypercare(company.as(OPERATOR, failing(code)), company.id, { exit: false });
      expect(look).toMatchObject({ result: 'failed', data: { code: 'hypercare.unhealthy' } });
      expect(JSON.stringify(look.blocks)).toContain('what runs in production is not known: pods is forbidden');
      company.sandbox.clock.advanceTo(timeOf((await company.state()).hypercare?.until ?? '') + 60_000);
      const exit = hypercare(company.as(OPERATOR, failing(code)), company.id, { exit: true, confirmed: true });
      await expect(exit).rejects.toMatchObject({ code: 'gate.refused' });
    },
  );
});

describe('other images in the pods that a canary is compared with', () => {
  /** Gives the stable pods another image at the first look of the bake. */
  async function deployWhile(imageOf: (company: Company) => Promise<string>) {
    company = await openCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    const [image, cluster] = [await imageOf(company), company.sandbox.cluster('production')];
    let changed: Promise<unknown> | undefined;
    const change = async () => {
      const live = await cluster.get(WEB);
      if (live === undefined) throw new Error('no web');
      const other = withImages(live, image, (container) => container.name === 'web');
      return cluster.replace(other, { resourceVersion: live.metadata.resourceVersion ?? '' });
    };
    const emit = ({ type }: Progress) => {
      if (type === 'canary.look') changed ??= change();
    };
    const outcome = await toProduction(company, {}, { sink: { emit } });
    await changed;
    return outcome;
  }

  it.each([
    ['an older version', async () => 'registry.example.com/shop/web:4.0.9'],
    // Then the candidate would be compared with itself, and pass however bad it is.
    ['the candidate itself', async (one: Company) => (await one.state()).stage?.images.web?.[0] ?? ''],
  ])('%s: the release goes back, and says why', async (_what, imageOf) => {
    const outcome = await deployWhile(imageOf);
    expect(outcome).toMatchObject({ result: 'failed', data: { code: 'cluster.drift' } });
    expect(outcome.data.reason).toContain('Deployment/web was changed');
    expect((await company.plan()).events.some((event) => event.type === 'canary.promoted')).toBe(false);
  });
});
