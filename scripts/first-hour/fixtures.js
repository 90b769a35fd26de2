import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArchive } from './archive.js';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../test/fixtures/repositories');

/** Makes a clone of each small repository of the tests in a folder; with the name and the truth of each. */
export function fixtureProducts(room) {
  const names = readdirSync(FOLDER).flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);
  return names.map((name) => {
    const text = (suffix) => readFileSync(join(FOLDER, `${name}${suffix}`), 'utf8');
    const { config, expected } = JSON.parse(text('.json'));
    const clone = join(room, name);
    mkdirSync(clone);
    const git = (...args) => execFileSync('git', args, { cwd: clone, encoding: 'utf8' }).trim();
    git('init', '--quiet', '--initial-branch', 'main');
    const commit = (suffix) => {
      for (const [path, content] of Object.entries(readArchive(text(suffix)).files)) write(join(clone, path), content);
      git('add', '--all', '--force');
      git('-c', 'user.name=Lead', '-c', 'user.email=lead@example.com', 'commit', '--quiet', '--message', 'Change');
      return git('rev-parse', 'HEAD');
    };
    const [base, head] = [commit('.base.txtar'), commit('.head.txtar')];
    const services = Object.keys(config.services);
    const migrations = Object.keys(expected.migrations);
    return { name, clone, truth: { base, head, services, variables: expected.variables, migrations } };
  });
}

function write(path, content) {
  if (content === null) return rmSync(path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
