// Makes the build context of relctl's container image, the same bytes for the same package:
//   npm run image -- --node node:24-bookworm-slim@sha256:… --kubectl registry.k8s.io/kubectl:v1.36.3@sha256:… [--out <folder>]
// Bases are named by digest, and no digest stands here: one that was not read from the registry that serves it is a guess. It builds no
// image itself, but says how one is built.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createTar } from 'nanotar';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    node: { type: 'string' },
    kubectl: { type: 'string' },
    snapshot: { type: 'string', default: '20261128T000000Z' },
    out: { type: 'string', default: join(root, 'image') },
  },
});

const PINNED = /^[^\s@]+@sha256:[0-9a-f]{64}$/;
for (const base of ['node', 'kubectl']) {
  if (PINNED.test(values[base] ?? '')) continue;
  process.stderr.write(
    `--${base} names the base by digest, such as ${base === 'node' ? 'node:24-bookworm-slim' : 'registry.k8s.io/kubectl:v1.36.3'}@sha256:…\n` +
      'read it from the registry: skopeo inspect --format "{{.Digest}}" docker://<image>\n',
  );
  process.exit(2);
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex');
const containerfile = readFileSync(join(root, 'scripts/image/Containerfile'));
const archive = pack();
const context = createTar(
  [
    { name: 'Containerfile', data: containerfile },
    { name: 'relctl.tgz', data: archive },
  ],
  // Neither times nor owners: they would be those of whoever builds.
  { attrs: { mtime: 0, uid: 0, gid: 0, mode: '644' } },
);

mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, 'context.tar'), context);
process.stdout.write(
  [
    `package  relctl ${version}  sha256:${digestOf(archive)}`,
    `context  ${join(values.out, 'context.tar')}  sha256:${digestOf(context)}`,
    'build it (times that an engine would set are set to one moment, so that two builds give one digest):',
    '  buildah build --timestamp 0 --file Containerfile \\',
    `    --build-arg NODE=${values.node} --build-arg KUBECTL=${values.kubectl} --build-arg SNAPSHOT=${values.snapshot} \\`,
    `    --tag relctl:${version} - < ${join(values.out, 'context.tar')}`,
    '',
  ].join('\n'),
);

/** The package as npm makes it: with times of its own, the same for the same files. */
function pack() {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-image-'));
  try {
    const answer = execFileSync('npm', ['pack', root, '--ignore-scripts', '--json'], { cwd: folder, encoding: 'utf8' });
    return readFileSync(join(folder, JSON.parse(answer)[0].filename));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
