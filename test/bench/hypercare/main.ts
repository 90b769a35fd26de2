import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writePastRelease, writeRepository } from '../../support/past-release.ts';
import { type PastSeries, startPrometheus } from '../../support/prometheus.ts';
import { PEOPLE } from '../../support/sample-plan.ts';
import { median, runNode } from '../governance/measure.ts';

/** One look at 48 hours of ten SLOs, as a whole process, beside the time that Prometheus itself spends on its queries. */
const [relctl = '', roundsText = '5'] = process.argv.slice(2);
const HOUR = 3_600_000;
const SLOS = 10;
const INTERVAL = 15;
const now = Date.now();
const began = now - 48 * HOUR - 60_000;

function series(slo: number): readonly PastSeries[] {
  const at = Array.from(
    { length: (49 * 3600) / INTERVAL + 100 },
    (_, index) => Math.floor(began / 1000) - 1800 + index * INTERVAL,
  );
  const samples = (perSample: number) => at.map((time, index) => [time, Math.floor(index * perSample)] as const);
  const labels = { service: `s${slo}` };
  return [
    { name: 'http_requests_total', labels: { ...labels, code: '200' }, samples: samples(150) },
    { name: 'http_requests_total', labels: { ...labels, code: '500' }, samples: samples(0.1) },
  ];
}

const prometheus = await startPrometheus({ history: Array.from({ length: SLOS }, (_, slo) => series(slo)).flat() });
const root = mkdtempSync(join(tmpdir(), 'relctl-bench-hypercare-'));
try {
  const target = { context: 'nowhere', namespace: 'shop', prometheus: prometheus.url };
  const policy = readFileSync(join(dirname(relctl), '../templates/process/standard-3.0.yaml'), 'utf8');
  const config = {
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: { staging: target, production: target },
    services: { web: { paths: ['web/**'], manifests: { staging: ['s.yaml'], production: ['p.yaml'] } } },
  };
  writeRepository(root, config, policy);
  writePastRelease(root, {
    id: 'bench',
    deployedAt: began,
    until: 'hypercare',
    plan: (document) => {
      document.spec.slos = Array.from({ length: SLOS }, (_, slo) => ({
        name: `slo ${slo}`,
        service: 'web',
        objective: '99%',
        good: `http_requests_total{service="s${slo}",code!~"5.."}`,
        total: `http_requests_total{service="s${slo}"}`,
      }));
    },
  });
  const runs = [];
  for (let round = 0; round < Number(roundsText); round += 1) {
    const before = await querySeconds();
    const run = runNode(relctl, ['hypercare', 'bench', '--once', '--json', '--as', PEOPLE.operations[0]], root);
    const seen = JSON.parse(run.stdout) as { data: { observation: { slos: { code: string }[] } } };
    if (!seen.data.observation.slos.every((slo) => slo.code === 'within-budget')) throw new Error(run.stdout);
    runs.push({ ...run, prometheus: (await querySeconds()) - before });
  }
  const whole = median(runs.map((run) => run.seconds));
  const own = median(runs.map((run) => run.prometheus));
  const beyond = median(runs.map((run) => run.seconds - run.prometheus));
  const memory = Math.max(...runs.map((run) => run.megabytes));
  console.log(`| 48 h × ${SLOS} SLOs at ${INTERVAL} s, median of ${runs.length} | measured | bar |`);
  console.log('|-|-|-|');
  console.log(`| whole process | ${whole.toFixed(2)} s | |`);
  console.log(`| Prometheus' own query time | ${own.toFixed(2)} s | |`);
  console.log(`| beyond it | ${beyond.toFixed(2)} s | 2 s |`);
  console.log(`| whole process over Prometheus' own | ${(whole / own).toFixed(1)} | |`);
  console.log(`| largest memory | ${memory.toFixed(0)} MB | 150 MB |`);
} finally {
  await prometheus.stop();
  rmSync(root, { recursive: true, force: true });
}

/** Seconds that Prometheus has spent on queries since it started, as it says itself. */
async function querySeconds(): Promise<number> {
  const text = await (await fetch(`${prometheus.url}/metrics`)).text();
  const found = text.matchAll(
    /^prometheus_http_request_duration_seconds_sum\{handler="\/api\/v1\/query(?:_range)?"\} (\S+)$/gm,
  );
  return [...found].reduce((sum, match) => sum + Number(match[1]), 0);
}
