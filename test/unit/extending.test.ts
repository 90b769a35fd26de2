import { describe, expect, it } from 'vitest';
import { openChangeRecords } from '../../src/adapters/change-record/open.ts';
import { CHANGE_SYSTEMS } from '../../src/adapters/change-record/registry.ts';
import { exec } from '../../src/adapters/exec.ts';
import { createNotifier } from '../../src/adapters/hooks/notifier.ts';
import { CHANNEL_KINDS } from '../../src/adapters/hooks/registry.ts';
import { createManifestSource } from '../../src/adapters/manifests/manifest-source.ts';
import { SOURCE_KINDS } from '../../src/adapters/manifests/registry.ts';
import { openMetricStore } from '../../src/adapters/metrics/open-store.ts';
import { METRIC_STORES } from '../../src/adapters/metrics/registry.ts';
import { openProvenance } from '../../src/adapters/provenance/open.ts';
import { VERIFIERS } from '../../src/adapters/provenance/registry.ts';
import { openRunner } from '../../src/adapters/runner/open.ts';
import { RUNNERS } from '../../src/adapters/runner/registry.ts';
import { proposeStrategy, STRATEGIES, strategyOf } from '../../src/domain/deployment/strategies/strategies.ts';
import {
  applicationKind,
  applicationNamed,
  applicationRef,
  isKeeper,
  keeperTitle,
} from '../../src/domain/gitops/application.ts';
import { APPLICATIONS } from '../../src/domain/gitops/registry.ts';
import { untracked } from '../../src/domain/gitops/untracked.ts';
import { reconcilerOf } from '../../src/domain/kubernetes/reconcilers.ts';
import { MIGRATION_TOOLS } from '../../src/evidence/impact/migrations/registry.ts';
import { readImpact } from '../../src/evidence/impact/read-impact.ts';
import { variablesIn } from '../../src/evidence/impact/variables/detect.ts';
import { VARIABLE_DETECTORS } from '../../src/evidence/impact/variables/registry.ts';
import { type Config, configSchema } from '../../src/plan/config.ts';
import { provenancePolicySchema } from '../../src/plan/provenance.ts';
import { sourceSettings } from '../../src/plan/source-settings.ts';
import { sampleMessage } from '../contract/notifier.contract.ts';
import { atlas } from '../extensions/atlas.ts';
import { errand, errands } from '../extensions/errand.ts';
import { ini } from '../extensions/ini.ts';
import { jsonList } from '../extensions/json-list.ts';
import { ledger } from '../extensions/ledger.ts';
import { mirror } from '../extensions/mirror.ts';
import { notebook } from '../extensions/notebook.ts';
import { carried, pigeon } from '../extensions/pigeon.ts';
import { register } from '../extensions/register.ts';
import { tender } from '../extensions/tender.ts';

/** Each extension is one file outside of src, and the line that a registry needs is the one in the test. */

const environment = { context: 'kind', namespace: 'shop' };
const config = (more: object, environments: object = {}): Config =>
  configSchema.parse({
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: { staging: environment, production: { ...environment, ...environments } },
    services: {},
    ...more,
  });

describe('from outside src', () => {
  it('a runner is set up, handed a deployment, and found again', async () => {
    const { runner } = config({ runner: { registered: { errand: { boy: 'tom' } } } });
    const ground = {} as Parameters<typeof openRunner>[2];
    const opened = openRunner('errand', runner, ground, { errand, ...RUNNERS });
    const ref = { release: 'next', attempt: 1, round: 'forward' } as const;
    expect(await opened.find(ref)).toBeUndefined();
    const work = { ...ref, stopsAtVerdict: false, commit: 'c', askedBy: 'a@example.com', records: '', options: {} };
    expect(await opened.start(work)).toMatchObject({ title: 'errand of tom', askedBy: 'a@example.com' });
    expect(await opened.find(ref)).toBeDefined();
    expect(errands.size).toBe(1);
    expect(() => openRunner('errand', runner, ground)).toThrow(expect.objectContaining({ code: 'usage.bad-flag' }));
    expect(() => openRunner('kubernetes', runner, ground)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it('a GitOps reconciler is recognised at what it keeps, named in relctl.yaml and waited for', () => {
    const kinds = { ...APPLICATIONS, Bundle: tender };
    const metadata = { name: 'web', labels: { 'tender.example/bundle': 'shop' } };
    const kept = { apiVersion: 'apps/v1', kind: 'Deployment', metadata };
    const keeper = reconcilerOf(kept, [], kinds)?.name ?? '';
    const application = applicationNamed(keeper, kinds) ?? '';
    expect([keeper, application]).toEqual(['Tender Bundle shop', 'Bundle/tender-system/shop']);
    const gitops = { repository: 'https://git.example/fleet', path: 'apps', application };
    const settings = config({}, { rollout: 'gitops', gitops }).environments.production.gitops;
    const ref = applicationRef({ application: settings?.application ?? '' });
    const bundle = {
      apiVersion: tender.apiVersion,
      kind: 'Bundle',
      metadata: { name: 'shop' },
      status: { commit: 'c' },
    };
    expect(isKeeper(keeper, keeperTitle(ref, kinds))).toBe(true);
    expect(applicationKind(ref, kinds).syncOf(bundle)).toMatchObject({ state: 'ready', revision: 'c' });
    expect(reconcilerOf(untracked(kept, kinds), [], kinds)).toBeUndefined();
    expect(reconcilerOf(kept)).toBeUndefined();
    expect(() => applicationKind(ref)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        hints: [expect.stringContaining('Kustomization'), expect.anything()],
      }),
    );
  });

  it('a canary strategy is drafted and run', () => {
    const strategies = { mirror, ...STRATEGIES };
    const ground = { config: config({}), maxShare: 1, services: [{ name: 'mesh-web', replicas: 3 }] };
    expect(proposeStrategy(ground, strategies)).toEqual({ strategy: 'mirror', share: '100%' });
    const spec = { canary: { strategy: 'mirror' } } as Parameters<typeof strategyOf>[0];
    expect(strategyOf(spec, strategies).standing(spec.canary)).toContain('copies of requests');
  });

  it('a migration tool is recognised in a difference, judged and called', async () => {
    const path = 'db/atlas/7_users.hcl';
    const diff = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+drop table users\n`;
    const source = {
      diff,
      filesAtHead: [path],
      read: async (_side: string, paths: readonly string[]) => new Map(paths.map((one) => [one, 'drop table users\n'])),
      config: { services: { db: { paths: ['db/**'], dependsOn: [] } }, shared: [] },
    };
    const [found] = (await readImpact(source, [atlas, ...MIGRATION_TOOLS])).migrations;
    expect(found).toMatchObject({ id: '7_users', tool: 'atlas', operations: [{ effect: 'destroys' }] });
    if (found === undefined) throw new Error('a migration was expected');
    expect(atlas.commands?.({ migrations: [found] }).up).toContain('7_users');
  });

  it('a detector of variables reads its files', () => {
    expect(
      variablesIn('etc/supervisord.ini', 'environment=KEY=%(ENV_API_KEY)s\n', [ini, ...VARIABLE_DETECTORS]),
    ).toEqual([{ name: 'API_KEY', line: 1, how: 'read' }]);
  });

  it('a manifest source is named in relctl.yaml and rendered', async () => {
    const repository = {
      root: '/nowhere',
      filesAt: async () => ['list.json'],
      fileAt: async () => '[{ "kind": "ConfigMap", "name": "settings" }]',
    } as unknown as Parameters<typeof createManifestSource>[0];
    const source = createManifestSource(repository, { ...SOURCE_KINDS, 'json-list': jsonList });
    const settings = sourceSettings({ source: 'json-list', entry: 'list.json' });
    const [one] = await source.render('c'.repeat(40), { environment: 'staging', namespace: 'shop', source: settings });
    expect(one).toEqual({
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' } },
      from: 'list.json',
    });
  });

  it('a channel is named in relctl.yaml and carries messages; its secrets stay out of errors', async () => {
    const { notifications } = config({
      notifications: [{ kind: 'registered', name: 'loft', channel: 'pigeon', loftFrom: 'LOFT' }],
    });
    const kinds = { ...CHANNEL_KINDS, pigeon };
    await createNotifier(notifications, { env: { LOFT: 'north' }, exec }, kinds).send('loft', sampleMessage({}));
    expect(carried).toEqual([expect.stringMatching(/ to north$/)]);
    const closed = createNotifier(notifications, { env: { LOFT: 'closed' }, exec }, kinds);
    await expect(closed.send('loft', sampleMessage({}))).rejects.toMatchObject({ code: 'notification.failed' });
    await expect(closed.send('loft', sampleMessage({}))).rejects.not.toMatchObject({
      message: expect.stringContaining('closed'),
    });
    const without = createNotifier(notifications, { env: { LOFT: 'north' }, exec });
    await expect(without.send('loft', sampleMessage({}))).rejects.toMatchObject({ code: 'notification.failed' });
  });

  it('a metrics store is named in relctl.yaml and read', async () => {
    const ground = { timeout: 1000, staleAfter: 60, env: {}, cwd: '.', exec, fetchOf: () => fetch };
    const { production } = config({}, { metrics: { store: 'ledger', number: 42 } }).environments;
    const place = 'environments.production';
    const store = openMetricStore(production, place, ground, { ...METRIC_STORES, ledger });
    expect(await store.scalar('anything', 0)).toEqual({ ok: true, value: 42 });
    expect(() => openMetricStore(production, place, ground)).toThrowError(
      expect.objectContaining({ code: 'config.invalid', hints: [expect.stringContaining('prometheus')] }),
    );
  });

  it('a system of changes is named in relctl.yaml and keeps a record', async () => {
    const settings = { kind: 'registered', repository: 'acme/shop', system: 'notebook', shelf: 'top' };
    const { changeRecord } = config({ changeRecord: settings });
    if (changeRecord === undefined) throw new Error('a change record was expected');
    const ground = { env: {}, cwd: '.', exec, fetchOf: () => fetch };
    const records = openChangeRecords(changeRecord, ground, { ...CHANGE_SYSTEMS, notebook });
    const change = { correlation: 'one', title: 'A change', description: '', window: { start: 0, end: 1 } };
    await records.create(change);
    expect(await records.find('one')).toMatchObject([{ number: 'page 1' }]);
    expect(() => openChangeRecords(changeRecord, ground)).toThrowError(
      expect.objectContaining({ code: 'config.invalid', hints: [expect.stringContaining('servicenow')] }),
    );
  });

  it('a verifier of images is named in relctl.yaml and examines them', async () => {
    const entry = { provenance: { kind: 'registered', verifier: 'register', built: { web: 'c0ffee' } } };
    const { provenance } = config(entry);
    const policy = provenancePolicySchema.parse({ signers: [{ key: 'k8s://shop/key' }] });
    const ground = { env: {}, cwd: '.', exec };
    const opened = openProvenance(provenance, ground, { ...VERIFIERS, register });
    expect(await opened.examine('web', policy)).toMatchObject({ signature: { ok: true }, builds: { ok: true } });
    expect(await opened.examine('api', policy)).toMatchObject({
      signature: { ok: false, reason: 'not in the register' },
    });
    expect(() => openProvenance(provenance, ground)).toThrowError(
      expect.objectContaining({ code: 'config.invalid', hints: [expect.stringContaining('cosign')] }),
    );
  });
});
