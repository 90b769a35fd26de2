import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type MetricsProgram,
  type PrometheusServer,
  startAlertmanager,
  startPrometheus,
} from '../cluster/prometheus.ts';
import { startTraffic, type Traffic } from '../cluster/traffic.ts';
import { waitFor } from '../cluster/wait.ts';
import { startHttpServer, type TestServer } from '../support/http-server.ts';
import { type Company, PEOPLE, type Result, startCompany } from './support/company.ts';
import { manifests } from './support/product.ts';
import { rpd } from './support/rpd.ts';

/**
 * Staging, the sign-offs and the verification on real parts: objects and Jobs of a kube-apiserver, rules of a Prometheus, routes of
 * an Alertmanager, ports and URLs of the test's own.
 */
const ID = 'greeting';
const RULES = (trouble: string) => `groups:
  - name: greeting
    interval: 1s
    rules:
      - { alert: GreetingLost, expr: 'vector(${trouble}) > 0', labels: { severity: critical } }
      - { alert: GreetingSlow, expr: 'vector(1) > 0', labels: { severity: warning } }
`;
const RED = `<testsuite name="greets">
  <testcase classname="greets" name="in English"><failure message="Hallo"/></testcase>
</testsuite>`;
const GREEN = '<testsuite name="greets"><testcase classname="greets" name="in English"/></testsuite>';

/** What the plan calls the drill of GreetingLost: it makes the rule true and has Prometheus read it. */
const DRILL = `import { readFileSync, writeFileSync } from 'node:fs';
const [file, url] = process.argv.slice(2);
writeFileSync(file, readFileSync(file, 'utf8').replace('vector(0)', 'vector(1)'));
const { ok } = await fetch(url + '/-/reload', { method: 'POST' });
process.exitCode = ok ? 0 : 1;
`;

let company: Company;
let traffic: Traffic;
let alertmanager: MetricsProgram;
let prometheus: PrometheusServer;
let shop: TestServer;
let healthy = false;
let database: Server;
let databasePort = 0;

beforeAll(async () => {
  company = await startCompany();
  traffic = startTraffic({ backends: () => company.router.service('shop', 'web'), rate: 250 });
  alertmanager = await startAlertmanager();
  prometheus = await startPrometheus({
    targetsFiles: [join(company.plane.folder, 'targets.json')],
    rules: RULES('0'),
    alertmanager: alertmanager.url,
  });
  shop = await startHttpServer((_request, response) =>
    response.writeHead(healthy ? 200 : 503).end(JSON.stringify({ status: healthy ? 'up' : 'down' })),
  );
  database = createServer((socket) => socket.end());
  databasePort = await listen(database, 0);
  await new Promise((resolve) => database.close(resolve));
  const { root, write } = company.product;
  const config = JSON.parse(readFileSync(join(root, 'relctl.yaml'), 'utf8')) as {
    environments: { staging: Record<string, unknown> };
  };
  Object.assign(config.environments.staging, { prometheus: prometheus.url, alertmanager: alertmanager.url });
  write('relctl.yaml', JSON.stringify(config, null, 2));
  write('hooks/drill.mjs', DRILL);
  const commit = company.product.candidate(ID, manifests('2.0.0', 'hello again'));
  write(`releases/${ID}.yaml`, rpd({ id: ID, commit, tag: '2.0.0', more: readiness() }));
});

afterAll(async () => {
  await traffic?.stop();
  await Promise.all([prometheus?.stop(), alertmanager?.stop(), shop?.stop()]);
  if (database?.listening) await new Promise((resolve) => database.close(resolve));
  await company?.stop();
});

/** What Operations and QA look at in this release. */
function readiness(): Record<string, unknown> {
  return {
    environmentVariables: [
      { name: 'GREETING', services: ['web'], source: 'ConfigMap web', setIn: ['staging', 'production'] },
    ],
    resources: [
      { name: 'Phrase book', object: { apiVersion: 'v1', kind: 'ConfigMap', name: 'phrases' } },
      { name: 'Database', tcp: { host: '127.0.0.1', port: databasePort }, timeout: '5s' },
    ],
    alerts: [
      {
        name: 'GreetingLost',
        severity: 'critical',
        drill: ['node', 'hooks/drill.mjs', join(prometheus.folder, 'rules.yml'), prometheus.url],
      },
      { name: 'GreetingSlow' },
    ],
    testPlan: {
      regression: { mandatorySuites: ['greets'] },
      feature: [{ id: 'T-1', title: 'greets', needsEvidence: true }],
    },
    smokeTests: [
      {
        name: 'health',
        http: { url: `${shop.url}/healthz`, json: [{ pointer: '/status', equals: 'up' }], maxLatencyMs: 10_000 },
      },
      {
        name: 'ledger',
        job: { image: 'registry.example/tool:1', command: ['sh', '-c', 'echo adds up'] },
        timeout: '60s',
        keepOutput: true,
      },
    ],
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Runs relctl with `--json`, and gives its document beside how it ended. */
async function json(
  who: string,
  ...args: readonly string[]
): Promise<Result & { readonly code: number | null; doc: unknown }> {
  const result = await company.relctl([...args, '--as', who, '--json']);
  return { ...result, doc: result.stdout === '' ? undefined : JSON.parse(result.stdout) };
}

/** The checks of a document, by name, whether it is an error or an outcome. */
function checksIn(document: unknown): Readonly<Record<string, Check>> {
  const found: Record<string, Check> = {};
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { name, ok } = value as Partial<Check>;
    if (typeof name === 'string' && typeof ok === 'boolean') found[name] = value as Check;
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(document);
  return found;
}

async function done(who: string, ...args: readonly string[]): Promise<Awaited<ReturnType<typeof json>>> {
  const result = await json(who, ...args);
  expect({ args, code: result.code, said: result.code === 0 ? '' : result.stdout + result.stderr }).toEqual({
    args,
    code: 0,
    said: '',
  });
  return result;
}

const qa = ['signoff', 'qa', ID, '--junit', 'reports/*.xml', '--decision', 'pass'];
const ops = ['signoff', 'ops', ID, '--decision', 'pass'];

describe('from staging to the verification', () => {
  it('stages, and says what runs where', async () => {
    await done(PEOPLE.lead, 'submit-cab', ID);
    const areas = ['--operational-readiness', '--security-review', '--impact-assessment'];
    await done(PEOPLE.cab, 'signoff', 'cab', ID, '--decision', 'go', ...areas);
    await done(PEOPLE.lead, 'stage', ID);
    const { doc } = await done(PEOPLE.lead, 'status', ID);
    expect(doc).toMatchObject({
      data: { staging: { environment: 'e2e/shop-staging', images: { web: [expect.stringMatching(/sha256:/)] } } },
    });
  });

  it('does not let QA sign a red regression', async () => {
    company.product.write('reports/r.xml', RED);
    const { code, doc } = await json(PEOPLE.qa, ...qa, '--passed', 'T-1=reports/r.xml');
    expect(code).toBe(1);
    expect(JSON.stringify(doc)).toContain('signoff.red');
    expect(checksIn(doc)['mandatory suite greets']?.detail).toContain('in English');
  });

  it('lets QA sign a green one, with what shows each case', async () => {
    company.product.write('reports/r.xml', GREEN);
    company.product.write('shots/greets.txt', 'hello again');
    await done(PEOPLE.qa, ...qa, '--passed', 'T-1=shots/greets.txt');
    const signed = company.history(ID).events.find((event) => event.type === 'signoff.recorded');
    expect(checksIn(signed)['feature test T-1']).toMatchObject({ evidence: { file: 'qa-T-1-greets.txt' } });
  });

  it('does not let Operations sign when a resource is missing and an alert has never fired', async () => {
    await waitFor(
      async () =>
        (await fetch(`${alertmanager.url}/api/v2/alerts`)).text().then((text) => text.includes('GreetingSlow')),
      {
        what: 'alert in Alertmanager',
      },
    );
    const { code, doc } = await json(PEOPLE.ops, ...ops);
    expect(code).toBe(1);
    expect(JSON.stringify(doc)).toContain('signoff.red');
    expect(checksIn(doc)).toMatchObject({
      'web in staging': { ok: true },
      'resource Phrase book (staging)': { ok: false, detail: expect.stringContaining('does not exist') },
      'resource Database (staging)': { ok: false, detail: expect.stringContaining('refused') },
      'variable GREETING (web in staging)': { ok: true },
      'variable GREETING (web in production)': { ok: true },
      'alert GreetingLost': { ok: false, detail: expect.stringContaining('has not fired in staging') },
      'alert GreetingSlow': { ok: true, detail: expect.stringContaining('routed to test') },
    });
  });

  it('lets Operations sign once all is there, after a drill by the command of the plan', async () => {
    await company.cluster('shop-staging').create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'phrases' },
      data: { hello: 'hello' },
    });
    await listen(database, databasePort);
    const { doc } = await done(PEOPLE.ops, ...ops, '--drill', 'GreetingLost');
    expect(checksIn(doc)['alert GreetingLost']?.detail).toMatch(/routed to test; fired by its drill/);
    expect(company.history(ID).phase).toBe('ready');
  });

  it('takes a failing smoke check for what it is: nothing is announced, and the way back is shown', async () => {
    await done(PEOPLE.ops, 'deploy', ID);
    const failed = await json(PEOPLE.ops, 'verify', ID);
    expect(failed.code).toBe(1);
    expect(failed.doc).toMatchObject({ data: { code: 'smoke.failed', phase: 'deployed' } });
    expect(checksIn(failed.doc).health?.detail).toContain('/status is "down", not "up"');
    expect(checksIn(failed.doc).ledger).toMatchObject({ ok: true, detail: expect.stringContaining('adds up') });
    const { doc } = await done(PEOPLE.ops, 'status', ID);
    expect(doc).toMatchObject({
      data: { next: [{ command: `relctl verify ${ID}` }, { command: `relctl rollback ${ID}` }] },
    });
    const told = () => readFileSync(join(company.product.root, '.relctl/notifications.ndjson'), 'utf8');
    expect(told()).not.toContain('Deployment complete');
    healthy = true;
    await done(PEOPLE.ops, 'verify', ID);
    expect(told()).toContain('Deployment complete');
    const jobs = await company.cluster('shop').list({ apiVersion: 'batch/v1', kind: 'Job' });
    expect(jobs.map((job) => job.metadata.name)).toEqual([]);
    expect((await company.relctl(['audit', ID])).code).toBe(0);
  });
});
