import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = join(PROJECT, 'scripts/image.js');
const DIGEST = `sha256:${'a'.repeat(64)}`;
const BASES = ['--node', `node:24-bookworm-slim@${DIGEST}`, '--kubectl', `registry.k8s.io/kubectl:v1.36.3@${DIGEST}`];
const folder = mkdtempSync(join(tmpdir(), 'relctl-image-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The context as it is made under other circumstances: who makes it, when and where must not be seen in it. */
function made(name: string, umask: string): string {
  const out = join(folder, name);
  execFileSync('sh', ['-c', 'umask "$0" && exec "$@"', umask, process.execPath, SCRIPT, ...BASES, '--out', out], {
    cwd: folder,
    env: { ...process.env, TZ: name === 'one' ? 'Asia/Tokyo' : 'UTC' },
    stdio: 'pipe',
  });
  return join(out, 'context.tar');
}

describe('the context of the container image', () => {
  const context = made('one', '022');

  it('is the same bytes when it is made again, by somebody else', () => {
    expect(readFileSync(made('two', '077')).equals(readFileSync(context))).toBe(true);
  });

  it('holds the relctl that the image starts, which starts', () => {
    const opt = join(folder, 'opt');
    mkdirSync(opt);
    execFileSync('tar', ['-xf', context, '-C', opt]);
    const containerfile = readFileSync(join(opt, 'Containerfile'), 'utf8');
    const [, entry] = /^ENTRYPOINT (.*)$/m.exec(containerfile) ?? [];
    const [program, file = ''] = JSON.parse(entry ?? '[]') as string[];
    const [, target = ''] = /^ADD relctl\.tgz (\S+)$/m.exec(containerfile) ?? [];
    expect([program, file.startsWith(target)]).toEqual(['node', true]);
    // What ADD does with an archive.
    execFileSync('tar', ['-xzf', join(opt, 'relctl.tgz'), '-C', opt]);
    const relctl = join(opt, file.slice(target.length));
    expect(execFileSync(process.execPath, [relctl, '--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('comes from bases that are named by digest alone, and runs as nobody of rank', () => {
    const containerfile = readFileSync(join(PROJECT, 'scripts/image/Containerfile'), 'utf8');
    const froms = [...containerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(froms).toEqual(['${KUBECTL}', '${NODE}']);
    expect(/^ARG (NODE|KUBECTL)=/m.test(containerfile)).toBe(false);
    expect(/^USER (\S+)$/m.exec(containerfile)?.[1]).toBe('1000:1000');
    for (const wrong of ['node:24', 'node@sha256:abc', '']) {
      const { status, stderr } = spawnSync(process.execPath, [SCRIPT, '--node', wrong, ...BASES.slice(2)], {
        encoding: 'utf8',
      });
      expect([status, stderr.includes('names the base by digest')]).toEqual([2, true]);
    }
  });
});
