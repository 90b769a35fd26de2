import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { FENCE_ANNOTATION } from '../../src/domain/kubernetes/manifests.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { findImage } from '../cluster/images.ts';
import { type Kubelet, startKubelet } from '../cluster/kubelet.ts';
import { waitFor } from '../cluster/wait.ts';
import { startHttpServer, type TestServer } from '../support/http-server.ts';
import { writePastRelease } from '../support/past-release.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { haveBinaries, type PastSeries, type StartedServer, startPrometheus } from '../support/prometheus.ts';
import { PEOPLE, type WrittenPlan } from '../support/sample-plan.ts';
import { makeProduct, STABLE_REPLICAS } from './support/product.ts';

/**
 * What comes after a deployment, on real parts and with the real clock: the past is written into Prometheus by promtool, into a
 * PostgreSQL, and into the histories of the releases; relctl runs as a process of its own.
 */
const RELCTL = process.env.RELCTL_UNDER_TEST ?? fileURLToPath(new URL('../../bin/relctl.js', import.meta.url));
const POLICY = readFileSync(
  fileURLToPath(new URL('../../templates/process/standard-3.0.yaml', import.meta.url)),
  'utf8',
);
const OPERATOR = PEOPLE.operations[0];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.now();
/** Hypercare began here; the samples are counted from it. */
const BEGAN = NOW - 48 * HOUR - 10 * 60_000;
const PERIOD = 30;

const haveAll = haveBinaries('prometheus', 'promtool', 'postgres', 'initdb');

/** 10 requests a second and 1 in 1000 bad; an hour with 1 in 5 bad from hour 29 on; a restart at hour 10; no samples from hour 20 to 23. */
function traffic(): readonly PastSeries[] {
  const good: [number, number][] = [];
  const bad: [number, number][] = [];
  let [goods, bads] = [5_000_000, 5000];
  const first = Math.floor((NOW - 14 * DAY) / 1000);
  const reset = Math.floor((BEGAN + 10 * HOUR) / 1000);
  let step = PERIOD;
  for (let at = first; at <= NOW / 1000 + 900; at += step) {
    const hour = (at * 1000 - BEGAN) / HOUR;
    const share = hour >= 29 && hour < 30 ? 0.2 : 0.001;
    goods += 10 * step * (1 - share);
    bads += 10 * step * share;
    if (at <= reset && reset < at + step) [goods, bads] = [0, 0];
    // promtool reads the whole text once for each block of two hours, so the days before are told in few lines.
    step = hour < -2 ? 20 * PERIOD : PERIOD;
    if (hour >= 20 && hour < 23) continue;
    good.push([at, goods]);
    bad.push([at, bads]);
  }
  return [
    { name: 'http_requests_total', labels: { service: 'web', code: '200' }, samples: good },
    { name: 'http_requests_total', labels: { service: 'web', code: '500' }, samples: bad },
  ];
}

/** A gauge that was 100 before the release of eight days ago and is 104 since. */
function share(): PastSeries {
  const samples: [number, number][] = [];
  // Sampled where it is asked for: half a minute before each midnight.
  for (let day = 25; day >= 0; day -= 1) {
    const at = Math.floor((NOW - day * DAY) / DAY) * 86_400 - PERIOD;
    const wobble = Math.sin(at / 86_400);
    samples.push([at, (at * 1000 < NOW - 8 * DAY ? 100 : 104) + wobble]);
  }
  return { name: 'wallet_checkouts', labels: {}, samples };
}

let plane: ControlPlane;
let kubelet: Kubelet;
let prometheus: StartedServer;
let postgres: PostgresServer;
let services: TestServer;
let root: string;
let commit: string;
/** CloudEvents that the webhook took. */
const taken: { readonly type: string; readonly id: string; readonly data: Record<string, unknown> }[] = [];

beforeAll(async () => {
  if (!haveAll) return;
  [prometheus, postgres] = await Promise.all([startPrometheus({ history: [...traffic(), share()] }), startPostgres()]);
  services = await startHttpServer((request, response) => {
    if (request.method === 'POST') {
      taken.push(JSON.parse(request.body) as (typeof taken)[number]);
      response.writeHead(204).end();
      return;
    }
    const url = new URL(request.path, 'http://localhost');
    const isAfter = Date.parse(url.searchParams.get('from') ?? '') > NOW - 8 * DAY;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ result: [{ value: isAfter ? 310 : 250 }] }));
  });
  await postgres.query(
    `CREATE TABLE orders AS SELECT g AS id, now() - g * interval '10 minutes' AS placed_at, 20::numeric AS total
       FROM generate_series(0, 6 * 24 * 25) g`,
  );
  plane = await startControlPlane({ name: 'e2e' });
  kubelet = await startKubelet(plane);
  root = mkdtempSync(join(tmpdir(), 'relctl-post-release-'));
  const product = makeProduct(root, {
    'relctl.yaml': stringify(config(), { aliasDuplicateObjects: false }),
    'relctl/process/standard-3.0.yaml': POLICY,
  });
  commit = product.commit;
  await runInProduction();
  writePastRelease(root, { id: 'watched', deployedAt: BEGAN, until: 'hypercare', plan: withSlo('99%'), ...ships() });
  writePastRelease(root, {
    id: 'watched-on',
    deployedAt: BEGAN,
    until: 'hypercare',
    plan: withSlo('99%'),
    ...ships(),
  });
  writePastRelease(root, { id: 'strict', deployedAt: BEGAN, until: 'hypercare', plan: withSlo('99.9%'), ...ships() });
  writePastRelease(root, {
    id: 'measured',
    deployedAt: NOW - 8 * DAY,
    until: 'hypercare closed',
    plan: withMetrics,
    ...ships(),
  });
  writeFileSync(join(root, 'signups.csv'), csv());
}, 120_000);
afterAll(async () => {
  await kubelet?.stop();
  await Promise.all([plane?.stop(), prometheus?.stop(), postgres?.stop(), services?.stop()]);
  if (root !== undefined) rmSync(root, { recursive: true, force: true });
});

/** What every release of this test ships: hypercare looks whether production still runs it. */
function ships() {
  return { commit, images: { web: findImage('registry.example/web:1.0.0').id } };
}

async function runInProduction(): Promise<void> {
  await plane.createNamespace('shop');
  const target = ['--kubeconfig', plane.kubeconfig, '--context', 'e2e', '-n', 'shop'];
  execFileSync('kubectl', [...target, 'apply', '-f', join(root, 'deploy/production/web.yaml')], { stdio: 'pipe' });
  // As a deployment leaves it: what bears no fence was replaced by somebody.
  const fence = `${FENCE_ANNOTATION}=1`;
  execFileSync('kubectl', [...target, 'annotate', 'deployment', 'web', fence], { stdio: 'pipe' });
  const pods = () => kubelet.endpoints('shop', { 'app.kubernetes.io/name': 'web' });
  await waitFor(() => pods().length === STABLE_REPLICAS, { what: 'pods in shop' });
}

function config(): Record<string, unknown> {
  const target = { context: 'e2e', namespace: 'shop', kubeconfig: plane.kubeconfig, prometheus: prometheus.url };
  return {
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: { staging: target, production: target },
    services: {
      web: {
        paths: ['web/**'],
        manifests: { staging: ['deploy/staging/web.yaml'], production: ['deploy/production/web.yaml'] },
      },
    },
    notifications: [
      { kind: 'command', name: 'people', command: ['sh', '-c', 'cat >> told.ndjson; echo >> told.ndjson'] },
      { kind: 'webhook', name: 'programs', format: 'cdevents', url: services.url },
    ],
  };
}

function withSlo(objective: string) {
  return (document: WrittenPlan): void => {
    const total = 'http_requests_total{service="web"}';
    const good = 'http_requests_total{service="web",code!~"5.."}';
    document.spec.services = [{ name: 'web', image: 'registry.example/web:1.0.0', change: 'greets' }];
    document.spec.slos = [{ name: 'availability', service: 'web', objective, good, total }];
  };
}

function withMetrics(document: WrittenPlan): void {
  const owner = PEOPLE.productManager;
  withSlo('99%')(document);
  document.spec.successMetrics = [
    { name: 'wallet checkouts', query: 'wallet_checkouts', direction: 'up', target: 120, guardrail: 50, owner },
    {
      name: 'orders a day',
      source: {
        kind: 'sql',
        connectionFrom: 'SHOP_DATABASE',
        query: 'SELECT count(*) FROM orders WHERE placed_at >= $1 AND placed_at < $2',
      },
      direction: 'up',
      target: 140,
      owner,
    },
    {
      name: 'latency',
      source: { kind: 'http', url: `${services.url}/latency?from={from}&to={to}`, pointer: '/result/0/value' },
      direction: 'down',
      target: 280,
      guardrail: 300,
      owner,
    },
    {
      name: 'signups',
      source: { kind: 'csv', file: 'signups.csv', column: 'count', dayColumn: 'day' },
      direction: 'up',
      target: 40,
      owner,
    },
    { name: 'NPS', direction: 'up', target: 40, owner },
  ];
}

function csv(): string {
  const lines = Array.from({ length: 25 }, (_, index) => {
    const day = new Date(NOW - index * DAY).toISOString().slice(0, 10);
    return `${day},"${index % 2 === 0 ? 45 : 35}"`;
  });
  return ['day,count', ...lines, ''].join('\r\n');
}

interface Ended {
  readonly code: number | null;
  readonly json: { readonly data?: Record<string, unknown>; readonly error?: { readonly code: string } };
  readonly stderr: string;
}

function relctl(who: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [RELCTL, ...args, '--as', who, '--json'], {
      cwd: root,
      env: { ...process.env, RELCTL_TRUST_COMMANDS: '1', SHOP_DATABASE: postgres.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const json = JSON.parse(stdout) as Ended['json'];
      resolve({ code, json, stderr: `${stderr}${JSON.stringify(json.error ?? '')}` });
    });
  });
}

interface Recorded {
  readonly type: string;
  readonly data: Record<string, unknown>;
}

function events(id: string): readonly Recorded[] {
  const { status } = parse(readFileSync(join(root, 'releases', `${id}.yaml`), 'utf8')) as {
    status: { events: Recorded[] };
  };
  return status.events;
}

interface SloFinding {
  readonly code: string;
  readonly bad: number;
  readonly total: number;
  readonly burn: number;
  readonly bursts: readonly { readonly window: string; readonly worstTo: string }[];
}

describe.skipIf(!haveAll)('48 hours of hypercare on a real Prometheus', () => {
  it('names the hole, counts no error for the reset, flags the burn of hour 30, and can be signed off', async () => {
    await prometheus.restart();
    const { code, json, stderr } = await relctl(OPERATOR, 'hypercare', 'watched', '--once');
    expect(code, stderr).toBe(0);
    const seen = json.data?.observation as { slos: SloFinding[]; gaps: string[]; coverage: number };
    const [slo] = seen.slos;
    expect(seen.gaps).toHaveLength(1);
    expect(seen.gaps[0]).toMatch(/availability: (3 h|2 h 59 min|3 h \d min)/);
    expect(seen.coverage).toBeCloseTo(1 - 3 / 48.17, 2);
    // 47 hours at 1 in 1000 and one at 1 in 5, of 36,000 requests each; the reset would have brought 5,000 errors along.
    expect(slo?.bad).toBeGreaterThan(8700);
    expect(slo?.bad).toBeLessThan(9000);
    expect(slo?.code).toBe('burnt');
    const worst = slo?.bursts.find((burst) => burst.window === '1 h');
    expect(Math.abs(Date.parse(worst?.worstTo ?? '') - (BEGAN + 30 * HOUR))).toBeLessThan(HOUR);

    const exit = await relctl(OPERATOR, 'hypercare', 'watched', '--exit', '--confirm');
    expect(exit.code, exit.stderr).toBe(0);
    expect(events('watched').map((event) => event.type)).toContain('review.invited');
    const invite = readFileSync(join(root, 'releases/watched/review.ics'), 'utf8');
    expect(invite).toContain('METHOD:REQUEST');
    expect(invite).toContain('UID:watched.review@relctl.dev');
  });

  it('refuses the sign-off where the same hour spent the budget', async () => {
    const { code, json } = await relctl(OPERATOR, 'hypercare', 'strict');
    expect(code).toBe(1);
    expect((json.data?.observation as { slos: SloFinding[] } | undefined)?.slos[0]?.code).toBe('over-budget');
    const exit = await relctl(OPERATOR, 'hypercare', 'strict', '--exit', '--confirm');
    expect(exit.code).toBe(4);
    expect(exit.json.error?.code).toBe('gate.refused');
  });

  it('refuses the sign-off while an incident is open, and while its end is too fresh', async () => {
    const opened = await relctl(OPERATOR, 'hypercare', 'strict', '--incident', 'INC-12', '--severity', '1');
    expect(opened.code, opened.stderr).toBe(0);
    const open = await relctl(OPERATOR, 'hypercare', 'strict', '--exit', '--confirm');
    expect(JSON.stringify(open.json)).toContain('incidents.closed');
    await relctl(OPERATOR, 'hypercare', 'strict', '--incident', 'INC-12', '--resolved', '--note', 'rolled forward');
    const fresh = await relctl(OPERATOR, 'hypercare', 'strict', '--exit', '--confirm');
    expect(JSON.stringify(fresh.json)).toContain('incidents.quiet');
    const types = taken.map((event) => event.type);
    expect(types).toContain('dev.cdevents.incident.detected.0.3.0');
    expect(types).toContain('dev.cdevents.incident.resolved.0.3.0');
    expect(types).toContain('dev.relctl.transition.hypercare.closed.0.1.0');
    expect(new Set(taken.map((event) => event.id)).size).toBe(taken.length);
  });

  it('looks on while the cluster does not answer, and takes what it cannot see for nothing good', async () => {
    await plane.programs.apiServer.stop();
    const { code, json, stderr } = await relctl(OPERATOR, 'hypercare', 'watched-on');
    expect(code, stderr).toBe(1);
    expect(json.data?.observation).toMatchObject({
      healthy: false,
      drift: [expect.stringContaining('what runs in production is not known')],
      slos: [{ name: 'availability', ok: true }],
    });
    await plane.restartApiServer();
  });
});

describe.skipIf(!haveAll)('the first week on Prometheus, PostgreSQL, HTTP and CSV', () => {
  it('observes each day once, with the same weekdays before, and warns the Product Manager of a broken guardrail', async () => {
    const { code, json, stderr } = await relctl(PEOPLE.productManager, 'success', 'measured');
    expect(code, stderr).toBe(1);
    const days = json.data?.days as { metric: string; value: number | null; baseline: number[]; state: string }[];
    const of = (metric: string) => days.filter((day) => day.metric === metric);
    expect(of('wallet checkouts').length).toBeGreaterThanOrEqual(6);
    for (const day of of('wallet checkouts')) expect(day.value).toBeGreaterThan(102);
    for (const day of of('wallet checkouts')) for (const value of day.baseline) expect(value).toBeLessThan(102);
    expect(of('orders a day').map((day) => day.value)).toContain(144);
    expect(of('latency').every((day) => day.state === 'guardrail-broken' && day.baseline[0] === 250)).toBe(true);
    expect(new Set(of('signups').map((day) => day.value))).toEqual(new Set([45, 35]));
    const told = readFileSync(join(root, 'told.ndjson'), 'utf8');
    expect(told).toContain(`Early warning for ${PEOPLE.productManager}`);

    const before = events('measured').length;
    const again = await relctl(PEOPLE.productManager, 'success', 'measured');
    expect(again.code, again.stderr).toBe(0);
    expect(events('measured')).toHaveLength(before);
    expect(readFileSync(join(root, 'told.ndjson'), 'utf8')).toBe(told);
    // The connection stands in the environment only.
    expect(readFileSync(join(root, 'releases/measured.yaml'), 'utf8')).not.toContain('correct-horse');
  });

  it('drafts the review, refuses a debt without an owner, and closes with verdicts and intervals', async () => {
    const draft = await relctl(PEOPLE.productManager, 'review', 'measured', '--draft', '--value', 'NPS=44');
    expect(draft.code, draft.stderr).toBe(0);
    const text = readFileSync(join(root, 'releases/measured/review-draft.md'), 'utf8');
    expect(text).toContain('wallet checkouts: **missed**');
    const answers = [
      ...['--attended', PEOPLE.productManager, '--attended', PEOPLE.rdLead, '--lesson', 'watch the latency'],
      ...['--outcome', 'partial', '--value', 'NPS=44'],
    ];
    const before = events('measured').length;
    const refused = await relctl(
      PEOPLE.productManager,
      ...['review', 'measured', ...answers, '--debt', 'remove the old checkout; ; 2027-02-01; SHOP-812'],
    );
    expect(refused.code).toBe(1);
    expect(refused.json.error?.code).toBe('review.incomplete');
    expect(events('measured')).toHaveLength(before);

    const closed = await relctl(
      PEOPLE.productManager,
      ...[
        'review',
        'measured',
        ...answers,
        '--debt',
        `remove the old checkout; ${PEOPLE.rdLead}; 2027-02-01; SHOP-812`,
      ],
    );
    expect(closed.code, closed.stderr).toBe(0);
    const judged = closed.json.data?.metrics as { name: string; verdict: string; interval?: [number, number] }[];
    const verdicts = Object.fromEntries(judged.map((one) => [one.name, one]));
    expect(verdicts['wallet checkouts']).toMatchObject({ verdict: 'missed' });
    expect(verdicts['wallet checkouts']?.interval?.[1]).toBeLessThan(120);
    expect(verdicts['orders a day']).toMatchObject({ verdict: 'met' });
    expect(verdicts.latency).toMatchObject({ verdict: 'guardrail-broken' });
    expect(verdicts.signups).toMatchObject({ verdict: 'inconclusive' });
    expect(verdicts.NPS).toMatchObject({ verdict: 'met' });
    expect(JSON.parse(readFileSync(join(root, 'releases/measured/success-week.json'), 'utf8'))).toMatchObject({
      release: 'measured',
    });
  });

  it('counts in the figures of all releases', async () => {
    const { code, json, stderr } = await relctl(PEOPLE.rdLead, 'metrics');
    expect(code, stderr).toBe(0);
    expect(json.data?.whole).toMatchObject({ deployments: 4, failed: 0, failRate: 0 });
  });
});
