import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, runNode } from './measure.ts';
import { writePlans } from './plans.ts';

/** `relctl list` over ten thousand releases, as a whole process: the first time, and after it. */
const [relctl = '', countText = '10000', roundsText = '5'] = process.argv.slice(2);
const count = Number(countText);
const root = mkdtempSync(join(tmpdir(), 'relctl-bench-list-'));
try {
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  writePlans(root, count);
  const list = () => runNode(relctl, ['list', '--json'], root);
  const first = list();
  const releases = (JSON.parse(first.stdout) as { data: { releases: { phase: string }[] } }).data.releases;
  if (releases.length !== count) throw new Error(`${releases.length} of ${count} releases were listed`);
  const again = Array.from({ length: Number(roundsText) }, list);
  const human = Array.from({ length: Number(roundsText) }, () => runNode(relctl, ['list'], root));
  const base = median(Array.from({ length: Number(roundsText) }, () => runNode('-e', ['0'], root).seconds));
  const row = (name: string, seconds: number, megabytes: number, bar: string) =>
    console.log(
      `| ${name} | ${seconds.toFixed(2)} s | ${(seconds / base).toFixed(1)} | ${megabytes.toFixed(0)} MB | ${bar} |`,
    );
  console.log(`| relctl list, ${count} releases | time | × node -e 0 | largest memory | bar |`);
  console.log('|-|-|-|-|-|');
  row('first time', first.seconds, first.megabytes, '6 s, 300 MB');
  row(
    'after it (median)',
    median(again.map((run) => run.seconds)),
    Math.max(...again.map((run) => run.megabytes)),
    '1 s, 300 MB',
  );
  row(
    'after it, as a table (median)',
    median(human.map((run) => run.seconds)),
    Math.max(...human.map((run) => run.megabytes)),
    '1 s, 300 MB',
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
