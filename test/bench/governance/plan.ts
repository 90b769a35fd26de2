import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measured, median, type Run, rounds, runNode } from './measure.ts';
import { writeProduct } from './product.ts';

/** `relctl plan` against git alone, over the same range. Usage: plan <relctl> [commits] [changed files] [commits in the range] [rounds] */
const [relctl = '', commits = '10000', files = '1000', ranged = '9000', times = '5'] = process.argv.slice(2);
/** Everything that `plan` would ask. */
const ANSWERS = [
  ...['--feature', 'Big release', '--window', '2027-03-04T14:00/18:00', '--time-zone', 'UTC'],
  ...['--product-manager', 'priya@example.com', '--rd-lead', 'ravi@example.com', '--operations', 'olga@example.com'],
  ...[
    '--qa',
    'quinn@example.com',
    '--cab',
    'carol@example.com',
    '--cab',
    'chen@example.com',
    '--cab',
    'carlos@example.com',
  ],
  ...['--image', 'web=registry.example.com/web:2', '--image', 'api=registry.example.com/api:2'],
];
const root = mkdtempSync(join(tmpdir(), 'relctl-bench-plan-'));
try {
  const { base, candidate } = writeProduct(root, Number(commits), Number(files), Number(ranged));
  const range = `${base}..${candidate}`;
  const changed = execFileSync('git', ['diff', '--name-only', range], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n').length;
  if (changed !== Number(files)) throw new Error(`${changed} files are changed, not ${files}`);
  const git: Run[] = [];
  const plan: Run[] = [];
  let megabytes = 0;
  let found = '';
  for (let round = 0; round < Number(times); round += 1) {
    // Each round drafts the first plan of the repository: an earlier one is read for its objectives, which is not measured here.
    for (const folder of ['releases', '.relctl']) rmSync(join(root, folder), { recursive: true, force: true });
    const diff = await measured('git', ['diff', '--numstat', range], root);
    const log = await measured('git', ['log', range], root);
    git.push({ ...diff, seconds: diff.seconds + log.seconds, cpuSeconds: diff.cpuSeconds + log.cpuSeconds });
    const run = await runNode(
      relctl,
      ['plan', `release-${round}`, ...ANSWERS, '--base', base, '--candidate', candidate, '--json'],
      root,
    );
    plan.push(run);
    megabytes = Math.max(megabytes, run.megabytes);
    const { data } = JSON.parse(run.stdout) as {
      data: { found: { environmentVariables: unknown[]; migrations: unknown[] } };
    };
    found = `${data.found.environmentVariables.length} variables, ${data.found.migrations.length} migrations`;
  }
  const row = (name: string, runs: readonly Run[], memory: string) => {
    const [seconds, cpu] = [median(runs.map((run) => run.seconds)), median(runs.map((run) => run.cpuSeconds))];
    const ratios = [seconds / median(git.map((run) => run.seconds)), cpu / median(git.map((run) => run.cpuSeconds))];
    const cells = [
      `${seconds.toFixed(2)} s`,
      `${cpu.toFixed(2)} s`,
      ...ratios.map((ratio) => ratio.toFixed(1)),
      memory,
    ];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  };
  console.log(
    `| ${commits} commits, ${files} changed files in ${ranged} commits | wall (median of ${times}) | processor | × wall | × processor | largest memory |`,
  );
  console.log('|-|-|-|-|-|-|');
  row('git diff --numstat and git log', git, '–');
  row(`relctl plan (${found})`, plan, `${megabytes.toFixed(0)} MB`);
  row('node -e 0', await rounds(times, () => measured(process.execPath, ['-e', '0'], root)), '–');
} finally {
  rmSync(root, { recursive: true, force: true });
}
