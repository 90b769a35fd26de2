import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RelctlError } from '../../../errors.ts';
import { attend } from '../../exec.ts';
import { RequestFailure } from '../failure.ts';
import { bindKubectl, DEFAULT_DEADLINE_MS, ENVIRONMENT, type KubectlTarget, pinnedTo } from '../kubectl.ts';

/** A running `kubectl proxy`: the API server of a target behind a socket that only this user can open. */
export interface KubectlProxy {
  /** Path of the unix socket. */
  readonly socket: string;
  /** Settles when it has ended, with what kubectl said. */
  readonly ended: Promise<string>;
  stop(): void;
}

/** There is no way to have a connection here; requests go another way. */
export class NoConnection extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoConnection';
  }
}

/** What the address of a unix socket can hold, with its end, on the system that can hold least (macOS). */
const LONGEST_PATH = 103;

/** A server below a path of its host (Rancher) is reached only with its path. */
const WITH_SERVER_PATH = '--append-server-path=true';

/** Prints the address of a target's server, by the kubeconfig alone. */
const SERVER = ['config', 'view', '--minify', '--output=jsonpath={.clusters[0].cluster.server}'];

/**
 * Starts `kubectl proxy` on a socket in a folder that nobody else can enter. kubectl keeps the login, also where a plugin renews
 * it. It ends with relctl, however relctl ends.
 * @throws NoConnection; RequestFailure `unsent` when it is not ready within the deadline; RelctlError `tool.missing`
 */
export async function startProxy(target: KubectlTarget): Promise<KubectlProxy> {
  if (process.platform === 'win32') throw new NoConnection('kubectl proxy has no unix socket on Windows');
  try {
    return await attended(target, [WITH_SERVER_PATH]);
  } catch (error) {
    // The flag came with kubectl 1.23 (kubernetes/kubernetes#97350). Most servers have no path, and an older one serves them without.
    if (!(error instanceof NoConnection) || !error.message.includes('unknown flag: --append-server-path')) throw error;
    const server = await bindKubectl(target)
      .run(SERVER)
      .catch((failure: Error) => {
        throw new NoConnection(failure.message);
      });
    if (!isBelowPath(server)) return attended(target, []);
    throw new NoConnection(`${server} is below a path of its host, which kubectl proxy can serve from kubectl 1.23 on`);
  }
}

/** kubectl takes an address without a scheme, too. What is none at all it says itself. */
function isBelowPath(server: string): boolean {
  const url = server.includes('://') ? server : `https://${server}`;
  return URL.canParse(url) && new URL(url).pathname !== '/';
}

async function attended(target: KubectlTarget, flags: readonly string[]): Promise<KubectlProxy> {
  // mkdtemp gives the folder to this user alone (mode 0700).
  const folder = await mkdtemp(join(tmpdir(), 'relctl-'));
  const socket = join(folder, 'api');
  try {
    if (Buffer.byteLength(socket) > LONGEST_PATH) throw new NoConnection(`${socket} is too long for a unix socket`);
    const args = [...pinnedTo(target), 'proxy', `--unix-socket=${socket}`, ...flags];
    // It reads the kubeconfig and opens a socket; a server or a credential plugin is asked with the first request only.
    const timeout = target.deadline ?? DEFAULT_DEADLINE_MS;
    const options = { folder, ready: /Starting to serve/, timeout, env: ENVIRONMENT };
    return { socket, ...(await attend(target.kubectl ?? 'kubectl', args, options)) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!(error instanceof RelctlError) || error.code === 'tool.missing') throw error;
    // A kubectl that hangs would hang by itself, too.
    if (error.code === 'tool.timeout') throw new RequestFailure('unsent', error.message, { cause: error });
    throw new NoConnection(error.message);
  }
}
