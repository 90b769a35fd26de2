import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyAll } from '../../cluster/apply.ts';
import { startControlPlane } from '../../cluster/control-plane.ts';
import { startExporter } from '../../cluster/exporter.ts';
import { writeKubeconfig } from '../../cluster/kubeconfig.ts';
import { startKwok, WITH_KWOK } from '../../cluster/kwok.ts';
import { startPrometheus } from '../../cluster/prometheus.ts';
import { waitFor } from '../../cluster/wait.ts';
import { HEAD, machine, publish, row } from './figures.ts';
import { deploymentOf, type ManyServices, makeReady, serviceNames } from './many-services.ts';
import { measuredDeployment, recordedSpan } from './measured-run.ts';

/**
 * One release in ever more regions: the first goes alone, as its canary, and the others follow at once. Each region is a namespace with a
 * connection of its own to the one API server, whose pods only report status, by KWOK. Arguments: how many regions, one number for each release.
 */
const [relctl = '', ...given] = process.argv.slice(2);
const COUNTS = given.length > 0 ? given.map(Number) : [2, 5, 10, 20];
const SERVICES = serviceNames(5);
const REPLICAS = 2;
/** Pods that are ready at once show what relctl takes of the machine; pods that take as long as real ones, what a company waits for. */
const READY_AFTER = ['0s', '10s'];
const AIM = 1.1;

/** Seconds from the first step of a region to its last: of the one that goes alone, and of all that follow at once. */
interface Waves {
  readonly alone: number;
  readonly together: number;
}

const plane = await startControlPlane({ name: 'regions', audit: true, features: WITH_KWOK });
const kwok = await startKwok(plane);
const folder = mkdtempSync(join(tmpdir(), 'relctl-regions-'));
try {
  const rows: string[] = [];
  for (const readyAfter of READY_AFTER) {
    for (const count of COUNTS) {
      const { alone, together } = await released(count, readyAfter);
      const ratio = together / alone;
      const others = count === 2 ? 'the other' : `${count - 1} at once`;
      rows.push(
        row(
          `${count} regions, pods ready after ${readyAfter}: one alone, then ${others}`,
          `${alone.toFixed(1)} s, ${together.toFixed(1)} s: ${ratio.toFixed(2)} ×`,
          count < 20 ? '' : `<= ${AIM} ×`,
          ratio <= AIM,
        ),
      );
    }
  }
  publish([
    `One release of ${SERVICES.length} services of ${REPLICAS} pods in so many regions; one run each; pods only report status (KWOK); ${machine()}.`,
    '',
    HEAD,
    ...rows,
  ]);
} finally {
  await kwok.stop();
  await plane.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function released(count: number, readyAfter: string): Promise<Waves> {
  const names = Array.from({ length: count }, (_, n) => `r${n}`);
  const label = `regions-${count}-${readyAfter}`;
  const placeOf = (name: string) => `${label}-${name}`;
  const places = [...names.map(placeOf), `${label}-staging`];
  const exporter = await startExporter(folder);
  exporter.count(
    names.flatMap((region) =>
      SERVICES.flatMap((service) =>
        ['a', 'b'].map((pod) => ({ labels: { service, region, pod }, rate: 2000, bad: 0.001 })),
      ),
    ),
  );
  const prometheus = await startPrometheus({ targetsFiles: [exporter.targetsFile], interval: '500ms' });
  try {
    for (const place of places) await plane.createNamespace(place);
    const how = { replicas: REPLICAS, readyAfter };
    for (const name of names) {
      applyAll(
        plane,
        placeOf(name),
        SERVICES.map((service) => deploymentOf(service, '1.0.0', how)),
      );
    }
    const pods = SERVICES.length * REPLICAS;
    await waitFor(() => names.every((name) => kwok.pods(placeOf(name)).ready === pods), { what: `pods of ${label}` });
    const [admin] = plane.accesses;
    if (admin === undefined) throw new Error(`${plane.name} has no administrator`);
    const many: ManyServices = {
      ...how,
      plane,
      relctl,
      services: SERVICES,
      staging: `${label}-staging`,
      production: placeOf('r0'),
      prometheus: prometheus.url,
      kubeconfig: writeKubeconfig(join(folder, `${label}.kubeconfig`), [
        admin,
        ...names.map((context) => ({ ...admin, context })),
      ]),
      regions: names.map((name) => ({
        name,
        matcher: `region="${name}"`,
        context: name,
        namespace: placeOf(name),
        critical: name !== 'r0',
      })),
      canary: { strategy: 'region', region: 'r0', share: `${100 / count}%` },
    };
    const root = join(folder, label);
    await makeReady(root, many);
    const taken = await measuredDeployment(root, many);
    const waves = wavesOf(root, names);
    process.stderr.write(`${label}: ${JSON.stringify({ ...waves, ...taken })}\n`);
    return waves;
  } finally {
    await Promise.all([exporter.stop(), prometheus.stop()]);
  }
}

/** From the record of the release. */
function wavesOf(root: string, names: readonly string[]): Waves {
  const span = (regions: readonly string[]) =>
    recordedSpan(root, (step) => /^(prepare|rollout):/.test(step) && regions.includes(step.split('/')[1] ?? ''));
  const [first = '', ...others] = names;
  return { alone: span([first]), together: span(others) };
}
