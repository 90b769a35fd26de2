import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Vitest global setup: the whole-process tests run the bundle, so it is built once before any of them, unless it was made after
 * the last change of what it is made from.
 */
export default function buildOnce(): void {
  const built = join(root, 'dist', 'meta.json');
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((file) =>
    join('src', file),
  );
  const from = ['package-lock.json', 'package.json', 'scripts/build.js', 'src', ...sources];
  const changed = Math.max(...from.map((file) => statSync(join(root, file)).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > changed) return;
  execFileSync(process.execPath, [join(root, 'scripts', 'build.js')], { stdio: 'inherit' });
}
