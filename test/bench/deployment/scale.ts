import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyAll } from '../../cluster/apply.ts';
import { startControlPlane } from '../../cluster/control-plane.ts';
import { startExporter } from '../../cluster/exporter.ts';
import { startKwok, WITH_KWOK } from '../../cluster/kwok.ts';
import { startPrometheus } from '../../cluster/prometheus.ts';
import { waitFor } from '../../cluster/wait.ts';
import { machine, publish, row } from './figures.ts';
import { deploymentOf, type ManyServices, makeReady, serviceNames, trafficOf } from './many-services.ts';
import { measuredDeployment, recordedSpan, type Taken } from './measured-run.ts';

/**
 * One release of ever more services: what a deployment takes of each. The API server and its controllers are real; pods only report status,
 * by KWOK, so that hundreds fit on one machine. Arguments: how many services, one number for each release.
 */
const [relctl = '', ...given] = process.argv.slice(2);
const SIZES = given.length > 0 ? given.map(Number) : [10, 50, 100, 250, 500];
const REPLICAS = 2;
/** With a look as seldom as in production, since the quarter of an hour before is read and kept in the same steps. */
const CANARY = { bake: '15s', extension: '15s', look: '15s' };
/** A service of the largest release may take so many times what one of a hundred takes. */
const GROWTH = 1.25;
const BESIDE = 100;

const plane = await startControlPlane({ name: 'scale', audit: true, features: WITH_KWOK });
const kwok = await startKwok(plane);
const folder = mkdtempSync(join(tmpdir(), 'relctl-scale-'));
try {
  const taken = new Map<number, Taken>();
  const ended: string[] = [];
  for (const size of SIZES) {
    try {
      taken.set(size, await deployed(size));
    } catch (error) {
      ended.push(`**no** release of ${size} services: ${String(error).split('\n')[0]}`);
      process.stderr.write(`${size} services: ${String(error)}\n`);
      break;
    }
  }
  publish([...(taken.size === 0 ? [] : tables(taken)), ...ended]);
} finally {
  await kwok.stop();
  await plane.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** What a release of so many services takes, in namespaces of its own that run version 1 of all. */
async function deployed(size: number): Promise<Taken> {
  const services = serviceNames(size);
  const [production, staging] = [`production-${size}`, `staging-${size}`];
  const exporter = await startExporter(folder);
  exporter.count(trafficOf(services));
  const prometheus = await startPrometheus({ targetsFiles: [exporter.targetsFile], interval: '500ms' });
  try {
    for (const namespace of [production, staging]) await plane.createNamespace(namespace);
    applyAll(
      plane,
      production,
      services.map((service) => deploymentOf(service, '1.0.0', { replicas: REPLICAS })),
    );
    await waitFor(() => kwok.pods(production).ready === size * REPLICAS, {
      what: `${size * REPLICAS} pods in ${production}`,
      timeoutMs: 300_000,
    });
    const many: ManyServices = {
      plane,
      relctl,
      services,
      production,
      staging,
      replicas: REPLICAS,
      prometheus: prometheus.url,
      canary: CANARY,
    };
    const root = join(folder, production);
    const began = performance.now();
    await makeReady(root, many);
    const ready = (performance.now() - began) / 1000;
    const one = await measuredDeployment(root, many);
    const kinds = ['prepare', 'canary', 'bake', 'rollout', 'retire'];
    const spans = kinds.map((kind) => `${kind} ${recordedSpan(root, (step) => step.startsWith(kind)).toFixed(1)} s`);
    process.stderr.write(
      `${size} services: ready in ${ready.toFixed(1)} s; ${JSON.stringify(one)}; ${spans.join(', ')}\n`,
    );
    return one;
  } finally {
    // What was deployed stays: idle objects of other namespaces are asked for by nobody.
    await Promise.all([exporter.stop(), prometheus.stop()]);
  }
}

/** Each measure by size, a service's part of it in brackets, and how that part has grown since a hundred services. */
function tables(taken: ReadonlyMap<number, Taken>): readonly string[] {
  const sizes = [...taken.keys()];
  const [smallest = 0] = sizes;
  const largest = sizes.at(-1) ?? 0;
  const measures: readonly (readonly [string, keyof Taken, string, number])[] = [
    ['time', 'seconds', 's', 1],
    ['CPU, with all that it starts', 'cpu', 's', 1],
    ['requests to the API server', 'requests', '', 0],
    ['memory at its most (RSS)', 'memory', 'MB', 0],
    ['the plan with its events', 'plan', 'kB', 0],
  ];
  const part = (size: number, key: keyof Taken) => (taken.get(size)?.[key] ?? Number.NaN) / size;
  const table = measures.map(([what, key, unit, digits]) => {
    const cells = sizes.map(
      (size) => `${taken.get(size)?.[key].toFixed(digits)} ${unit} (${part(size, key).toPrecision(2)})`,
    );
    return `| ${[what, ...cells].join(' | ')} |`;
  });
  const further = (key: keyof Taken, from: number, to: number) =>
    ((taken.get(to)?.[key] ?? 0) - (taken.get(from)?.[key] ?? 0)) / (to - from);
  const growth = measures.map(([what, key]) => {
    const ratio = part(largest, key) / part(BESIDE, key);
    const ofFurther = further(key, BESIDE, largest) / further(key, smallest, BESIDE);
    return `${row(what, `${ratio.toFixed(2)} ×`, `<= ${GROWTH} ×`, ratio <= GROWTH)} ${ofFurther.toFixed(2)} × |`;
  });
  const growthHead = `| growth | one of ${largest} / one of ${BESIDE} | aim | met | each further, ${BESIDE} to ${largest} / ${smallest} to ${BESIDE} |`;
  return [
    `One release of so many services of ${REPLICAS} pods, an SLO and a canary each, a bake of 15 s with a look every 15 s; one run each, in brackets a service’s part; pods only report status (KWOK); ${machine()}.`,
    '',
    `| services | ${sizes.join(' | ')} |`,
    `|---|${sizes.map(() => '---|').join('')}`,
    ...table,
    '',
    ...(largest > BESIDE && smallest < BESIDE && taken.has(BESIDE)
      ? [growthHead, '|---|---|---|---|---|', ...growth]
      : []),
  ];
}
