// How long relctl takes to start, as a ratio to Node alone in the same run, and how long the demo takes.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { median } from '../governance/measure.ts';

const RUNS = 15;
const [relctl = ''] = process.argv.slice(2);
const demo = fileURLToPath(new URL('../../../scripts/demo.js', import.meta.url));

function run(args: readonly string[], cwd?: string): { milliseconds: number; stdout: string } {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  const milliseconds = performance.now() - began;
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return { milliseconds, stdout };
}

const shown = run([demo]);
const folder = /^.*?(\/\S*relctl-demo-\w+)/m.exec(shown.stdout)?.[1];
if (folder === undefined) throw new Error('the demo does not say where its repository is');
const [closed = '', rolledBack = ''] = new Set(
  [...shown.stdout.matchAll(/\$ relctl deploy (\S+)/g)].map(([, id = '']) => id),
);

// Node 20 starts slower than those that follow it, so the same work is a smaller multiple there.
const statusAim = process.versions.node.startsWith('20.') ? 2 : 3;
const bare = { name: '`node -e 0`', args: ['-e', '0'] };
const cases = [
  { name: '`relctl --version`', args: [relctl, '--version'], aim: 1.2 },
  { name: '`relctl status <id>`, a closed release', args: [relctl, 'status', closed], aim: statusAim },
  { name: '`relctl status <id>`, one that was rolled back', args: [relctl, 'status', rolledBack], aim: statusAim },
];
const times = new Map<{ readonly args: readonly string[] }, number[]>([bare, ...cases].map((one) => [one, []]));
for (const one of times.keys()) run(one.args, folder);
// One of each in turn, so that whatever else the machine does meets all of them.
for (let round = 0; round < RUNS; round += 1) {
  for (const [one, list] of times) list.push(run(one.args, folder).milliseconds);
}

const base = median(times.get(bare) ?? []);
console.log(
  `Medians of ${RUNS} whole processes, each in turn; ${cpus().length} cores, Node ${process.versions.node}.\n`,
);
console.log('| what | median | × `node -e 0` | aim |\n|---|---|---|---|');
console.log(`| ${bare.name} | ${base.toFixed(0)} ms | 1.00 | |`);
let missed = 0;
for (const one of cases) {
  const time = median(times.get(one) ?? []);
  const ratio = time / base;
  if (ratio > one.aim) missed += 1;
  console.log(`| ${one.name} | ${time.toFixed(0)} ms | ${ratio.toFixed(2)} | <= ${one.aim.toFixed(1)} |`);
}
const demoSeconds = shown.milliseconds / 1000;
if (demoSeconds > 30) missed += 1;
console.log(`| \`npm run demo\` | ${demoSeconds.toFixed(1)} s | | <= 30 s |`);
rmSync(folder, { recursive: true, force: true });
process.exitCode = missed === 0 ? 0 : 1;
