// Makes a release of relctl itself:
//   npm run release -- <version> [--dry-run]
// In a fresh clone of this commit: the version, the CHANGELOG's `Unreleased` as its notes, a commit and a tag, the package, and where
// it comes from (an in-toto statement with SLSA provenance). Without --dry-run the commit and the tag come back to this repository;
// nothing is pushed or published: the last lines say how. With it nothing leaves the clone, which is shown and removed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { releasedChangelog } from './release/changelog.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'dry-run': { type: 'boolean', default: false } },
});
const [version = ''] = positionals;
const isDry = values['dry-run'];
const run = (program, args, cwd = root) => execFileSync(program, args, { cwd, encoding: 'utf8' }).trim();
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

if (!/^\d+\.\d+\.\d+$/.test(version)) stop('npm run release -- <version> [--dry-run], with a version such as 0.2.0');
if (run('git', ['status', '--porcelain']) !== '') stop('commit first: what is released is a commit');
if (run('git', ['tag', '--list', `v${version}`]) !== '') stop(`v${version} is tagged already`);
const today = new Date().toISOString().slice(0, 10);
const released = releasedChangelog(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version, today);
if (released === undefined) stop('CHANGELOG.md has no section "## Unreleased" with something in it');

const clone = mkdtempSync(join(tmpdir(), 'relctl-release-'));
const out = join(root, 'release');
try {
  run('git', ['clone', '--quiet', root, clone]);
  for (const name of ['user.name', 'user.email']) run('git', ['config', name, run('git', ['config', name])], clone);
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  writeFileSync(join(clone, 'CHANGELOG.md'), released.text);
  run('npm', ['version', version, '--no-git-tag-version', '--allow-same-version'], clone);
  run(
    'git',
    [
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      `relctl ${version}`,
      '--',
      'CHANGELOG.md',
      'package.json',
      'package-lock.json',
    ],
    clone,
  );
  run('git', ['tag', '-a', `v${version}`, '-m', `relctl ${version}\n\n${released.notes}`], clone);
  const [{ filename, integrity, size }] = JSON.parse(
    run('npm', ['pack', '--json', '--foreground-scripts=false'], clone),
  );
  const archive = readFileSync(join(clone, filename));
  const statement = provenance(archive, filename, run('git', ['rev-parse', 'HEAD'], clone));
  console.log(`${filename}  ${size} bytes  ${integrity}\n\n${released.notes}\n`);
  if (isDry) {
    console.log(`${JSON.stringify(statement, undefined, 2)}\n\nA dry run: nothing was kept.`);
  } else {
    mkdirSync(out, { recursive: true });
    cpSync(join(clone, filename), join(out, filename));
    writeFileSync(join(out, `${filename}.intoto.json`), `${JSON.stringify(statement)}\n`);
    run('git', ['pull', '--quiet', '--ff-only', clone, 'HEAD']);
    run('git', ['fetch', '--quiet', clone, `refs/tags/v${version}:refs/tags/v${version}`]);
    console.log(`release/${filename} and its provenance are written, the commit and the tag are here. Go on with:
  git push origin HEAD v${version}
  cosign sign-blob --bundle release/${filename}.sigstore.json release/${filename}.intoto.json
  npm publish release/${filename}`);
  }
} finally {
  rmSync(clone, { recursive: true, force: true });
}

/** Where the package comes from: in-toto.io/Statement/v1 with slsa.dev/provenance/v1. */
function provenance(archive, name, commit) {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name, digest: { sha256: createHash('sha256').update(archive).digest('hex') } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `${manifest.homepage.replace(/#.*$/, '')}/blob/main/scripts/release.js`,
        externalParameters: { version },
        resolvedDependencies: [
          { uri: `${manifest.repository.url}@refs/tags/v${version}`, digest: { gitCommit: commit } },
          {
            uri: 'package-lock.json',
            digest: {
              sha256: createHash('sha256')
                .update(readFileSync(join(clone, 'package-lock.json')))
                .digest('hex'),
            },
          },
        ],
      },
      runDetails: { builder: { id: `node ${process.versions.node} on ${process.platform}-${process.arch}` } },
    },
  };
}

function stop(sentence) {
  console.error(sentence);
  process.exit(2);
}
