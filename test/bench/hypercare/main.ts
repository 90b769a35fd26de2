import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writePastRelease, writeRepository } from '../../support/past-release.ts';
import { type PastSeries, startPrometheus } from '../../support/prometheus.ts';
import { PEOPLE } from '../../support/sample-plan.ts';
import { median, type Run, runNode } from '../governance/measure.ts';
import { replay, secondsAtPrometheus, startRecorder } from './queries.ts';

/**
 * One look at 48 hours of ten SLOs, as a whole process. Its queries run side by side, so Prometheus' own times cannot be added up
 * and subtracted: what is subtracted is the time in which any query was with Prometheus. The ratio is to the same queries, as many
 * at once, put by a client that throws the answers away. Usage: main <relctl> [rounds]
 */
const [relctl = '', times = '5'] = process.argv.slice(2);
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

/** A run of relctl with what Prometheus had to do with it; times in seconds. */
interface Look extends Run {
  readonly queries: number;
  readonly atPrometheus: number;
  readonly bare: number;
}

const prometheus = await startPrometheus({ history: Array.from({ length: SLOS }, (_, slo) => series(slo)).flat() });
const recorder = await startRecorder(prometheus.url);
const root = mkdtempSync(join(tmpdir(), 'relctl-bench-hypercare-'));
try {
  const target = { context: 'nowhere', namespace: 'shop', prometheus: recorder.url };
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
  const runs: Look[] = [];
  for (let round = 0; round < Number(times); round += 1) {
    recorder.take();
    const run = await runNode(relctl, ['hypercare', 'bench', '--once', '--json', '--as', PEOPLE.operations[0]], root);
    const queries = recorder.take();
    const seen = JSON.parse(run.stdout) as { data: { observation: { slos: { code: string }[] } } };
    if (!seen.data.observation.slos.every((slo) => slo.code === 'within-budget')) throw new Error(run.stdout);
    const bare = await replay(prometheus.url, queries);
    runs.push({ ...run, queries: queries.length, atPrometheus: secondsAtPrometheus(queries), bare });
  }
  const middle = (of: (run: Look) => number) => median(runs.map(of));
  const seconds = (of: (run: Look) => number) => `${middle(of).toFixed(2)} s`;
  const memory = Math.max(...runs.map((run) => run.megabytes));
  console.log(`| 48 h × ${SLOS} SLOs at ${INTERVAL} s, median of ${times} | measured | bar |`);
  console.log('|-|-|-|');
  console.log(`| whole process | ${seconds((run) => run.seconds)} | |`);
  console.log(`| its processor time | ${seconds((run) => run.cpuSeconds)} | |`);
  console.log(
    `| at least one of its ${middle((run) => run.queries)} queries with Prometheus | ${seconds((run) => run.atPrometheus)} | |`,
  );
  console.log(`| beyond that | ${seconds((run) => run.seconds - run.atPrometheus)} | 2 s |`);
  console.log(`| the same queries by a bare client | ${seconds((run) => run.bare)} | |`);
  console.log(`| whole process × bare client | ${middle((run) => run.seconds / run.bare).toFixed(1)} | |`);
  console.log(`| largest memory | ${memory.toFixed(0)} MB | 150 MB |`);
} finally {
  await recorder.stop();
  await prometheus.stop();
  rmSync(root, { recursive: true, force: true });
}
