import { afterAll, expect } from 'vitest';

/**
 * Vitest setup of the projects whose files share a process (`isolate: false`). It runs before each file, and its hook after all hooks of the
 * file: one that does not leave the process as it found it fails, instead of another that comes later.
 */
const before = shared();
afterAll(() => {
  const after = shared();
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (part) => before.get(part) !== after.get(part),
  );
  expect(changed, 'Other files share this process: put back in afterAll or afterEach what the file changed').toEqual(
    [],
  );
});

/**
 * What files share beside their modules. Only names are told: a variable may hold a secret. SIGTERM is left out: it is listened to for as long as a
 * program runs, also one that nobody waits for any more.
 */
function shared(): ReadonlyMap<string, string | number | undefined> {
  return new Map<string, string | number | undefined>([
    ['the working directory', process.cwd()],
    ['the umask', process.umask()],
    ...['SIGHUP', 'SIGINT'].map((signal) => [`listeners of ${signal}`, process.listenerCount(signal)] as const),
    ...Object.entries(process.env).map(([name, value]) => [`variable ${name}`, value] as const),
  ]);
}
