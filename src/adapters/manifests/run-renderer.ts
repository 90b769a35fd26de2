import { RelctlError } from '../../errors.ts';
import { behindBar } from '../../text/hint.ts';
import { exec } from '../exec.ts';
import type { RunRenderer } from './source.ts';

const DEADLINE_MS = 120_000;

/**
 * What keeps a well-behaved program off the network where the machine cannot take it away: git may use no protocol, and the
 * proxy for everything else is a closed port of this machine.
 */
const CUT_OFF = {
  GIT_ALLOW_PROTOCOL: 'none',
  HTTP_PROXY: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  http_proxy: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
  NO_PROXY: '',
  no_proxy: '',
};

/** Variables that would let what is rendered depend on who renders it. */
const SAME_FOR_ALL = { LC_ALL: 'C', KUBECONFIG: '/dev/null', KUBERC: 'off' };

/** A namespace without a network, where this machine lets anybody make one; asked once. */
let walls: Promise<readonly string[]> | undefined;

function isolation(): Promise<readonly string[]> {
  walls ??= (async () => {
    if (process.platform !== 'linux') return [];
    const wall = ['unshare', '--map-current-user', '--net', '--'];
    try {
      const tried = await exec('unshare', [...wall.slice(1), 'true'], { timeout: 5000 });
      return tried.exitCode === 0 ? wall : [];
    } catch {
      return [];
    }
  })();
  return walls;
}

/** Runs renderers. Without network: in a network namespace with nothing in it where Linux allows that, else by {@link CUT_OFF}. */
export const runRenderer: RunRenderer = async ({ program, args, cwd, network, timeout, env }, teach) => {
  const wall = network ? [] : await isolation();
  const [first = program, ...rest] = [...wall, program, ...args];
  const result = await exec(first, rest, {
    cwd,
    timeout: timeout ?? DEADLINE_MS,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...SAME_FOR_ALL, ...(network ? {} : CUT_OFF), ...env },
  });
  // `unshare` says of a program that is not there what a shell says.
  if (result.exitCode === 127 && wall.length > 0 && /No such file/.test(result.stderr)) {
    throw new RelctlError('tool.missing', `${program} was not found on the PATH`, {
      why: 'The manifests of relctl.yaml are rendered with it.',
      hints: [`install ${program} and try again`],
    });
  }
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim() || result.stdout.trim().slice(-2000);
  const { problem, hints } = teach(said);
  throw new RelctlError('manifests.failed', problem, {
    why: 'What is deployed is exactly what the candidate renders; nothing is guessed where it does not.',
    hints: [...hints, ...said.split('\n').slice(-12).map(behindBar)],
    data: { program, args, said },
  });
};
