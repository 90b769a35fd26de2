import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'relctl-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The package as npm makes and installs it, without its scripts (the bundle is built) and without a registry. */
function installPackage(): string {
  const npm = (...args: string[]) => execFileSync('npm', args, { cwd: folder, encoding: 'utf8' });
  const [{ filename }] = JSON.parse(npm('pack', PROJECT, '--ignore-scripts', '--json'));
  writeFileSync(join(folder, 'package.json'), '{}');
  npm('install', `./${filename}`, '--offline', '--no-audit', '--no-fund');
  return join(folder, 'node_modules');
}

describe('the package', () => {
  const modules = installPackage();
  const files = readdirSync(modules, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(join(modules, file)).isFile(),
  );

  it('needs no other package and at most 6 MB', () => {
    expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual(['relctl']);
    const bytes = files.reduce((sum, file) => sum + statSync(join(modules, file)).size, 0);
    expect(bytes / 1e6).toBeLessThan(6);
  });

  it('starts where nothing else is', () => {
    const relctl = join(modules, '.bin/relctl');
    expect(execFileSync(relctl, ['--version'], { encoding: 'utf8' })).toBe(`${manifest.version}\n`);
    expect(execFileSync(relctl, ['schema', 'config'], { encoding: 'utf8' })).toContain('"$schema"');
  });

  it('says where it comes from, and runs nothing when it is installed', () => {
    expect(manifest).toMatchObject({ homepage: expect.any(String), repository: {}, bugs: {} });
    expect(manifest.dependencies).toBeUndefined();
    const onInstall = ['preinstall', 'install', 'postinstall', 'prepare'];
    expect(Object.keys(manifest.scripts).filter((name) => onInstall.includes(name))).toEqual([]);
  });

  it('carries its own licence and the text of each that the bundle contains', () => {
    const texts = readFileSync(join(modules, 'relctl/dist/LICENSES.txt'), 'utf8');
    const reasons = readFileSync(join(PROJECT, 'docs/decisions/dependencies.md'), 'utf8');
    const named = [...reasons.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, names = '']) => names.split(', ')).slice(1);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !texts.includes(`\n${name} `))).toEqual([]);
    expect(files).toContain('relctl/LICENSE');
  });
});

describe('the program', () => {
  const text = readFileSync(join(PROJECT, 'bin/relctl.js'), 'utf8');

  it('is read to its end by a Node of ten years ago: nothing in it is newer than ES2015 but the import', () => {
    const [old, today] = ['es2015', 'esnext'].map(
      (target) => transformSync(text, { target, supported: { 'dynamic-import': true } }).code,
    );
    expect(old).toBe(today);
  });

  it.each(['10.24.1', '18.20.8', '20.18.3'])('tells Node %s in one sentence what to install', (version) => {
    const preload = join(folder, 'older.cjs');
    writeFileSync(preload, `Object.defineProperty(process.versions, 'node', { value: '${version}' });`);
    const program = join(PROJECT, 'bin/relctl.js');
    expect(run(['--require', preload, program, '--version'])).toEqual({
      status: 1,
      stderr: `relctl needs Node.js 20.19 or newer, and this is ${version}: install Node.js 24 from https://nodejs.org/en/download, and give the command again.\n`,
    });
  });
});

function run(args: readonly string[]): { readonly status: unknown; readonly stderr: unknown } {
  try {
    execFileSync(process.execPath, args, { stdio: 'pipe' });
    return { status: 0, stderr: '' };
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: Buffer };
    return { status, stderr: stderr.toString('utf8') };
  }
}
