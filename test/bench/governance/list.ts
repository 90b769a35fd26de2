import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measured, printRuns, rounds, runNode } from './measure.ts';
import { writePlans } from './plans.ts';

/** `relctl list` over ten thousand releases, as a whole process: the first time, and after it. */
const [relctl = '', countText = '10000', times = '5'] = process.argv.slice(2);
const count = Number(countText);
const root = mkdtempSync(join(tmpdir(), 'relctl-bench-list-'));
try {
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  writePlans(root, count);
  writeConfig(root);
  const list = () => runNode(relctl, ['list', '--json'], root);
  const first = await list();
  const releases = (JSON.parse(first.stdout) as { data: { releases: { phase: string }[] } }).data.releases;
  if (releases.length !== count) throw new Error(`${releases.length} of ${count} releases were listed`);
  printRuns(`relctl list, ${count} releases (median of ${times})`, [
    { name: 'first time', runs: [first], bar: '6 s, 300 MB' },
    { name: 'after it, --json', runs: await rounds(times, list), bar: '1 s, 300 MB' },
    {
      name: 'after it, as a table',
      runs: await rounds(times, () => runNode(relctl, ['list'], root)),
      bar: '1 s, 300 MB',
    },
    { name: 'node -e 0', runs: await rounds(times, () => measured(process.execPath, ['-e', '0'], root)) },
  ]);
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** The least that a repository says of itself. */
function writeConfig(folder: string): void {
  const target = { context: 'nowhere', namespace: 'shop' };
  const config = {
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: { staging: target, production: target },
    services: { web: { paths: ['web/**'], manifests: { staging: ['s.yaml'], production: ['p.yaml'] } } },
  };
  writeFileSync(join(folder, 'relctl.yaml'), JSON.stringify(config));
}
