import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const PARTS = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;
const SETUP = 'scripts/setup-control-plane.sh';

/** Paths of the control plane's programs. */
export type Assets = Readonly<Record<(typeof PARTS)[number], string>>;

/** The cache folder of the scripts/setup-*.sh. */
function cacheFolder(): string {
  return process.env.RELCTL_E2E_CACHE ?? join(homedir(), '.cache', 'relctl-e2e');
}

/**
 * Finds the programs in the folder that KUBEBUILDER_ASSETS names, or where scripts/setup-control-plane.sh puts them; of several
 * versions there, the newest.
 * @throws Error that says how to get them
 */
export function findAssets(): Assets {
  const folder = findFolder();
  return Object.fromEntries(PARTS.map((part) => [part, join(folder, part)])) as Assets;
}

/**
 * Puts the kubectl that came with the control plane first on this process's PATH, for the tests and all that they start. Where
 * none came with it, the machine's stays.
 * @throws Error as {@link findAssets}
 */
export function useItsKubectl(): void {
  const folder = findFolder();
  if (existsSync(join(folder, 'kubectl'))) process.env.PATH = `${folder}${delimiter}${process.env.PATH}`;
}

/** Minor version of the Kubernetes 1.x that a control plane's program is of. */
export function minorVersion(program: string): number {
  const said = execFileSync(program, ['--version'], { encoding: 'utf8' });
  const minor = /v1\.(\d+)\./.exec(said)?.[1];
  if (minor === undefined) throw new Error(`${program} --version says no version of Kubernetes 1.x: ${said}`);
  return Number(minor);
}

function findFolder(): string {
  const folders = [process.env.KUBEBUILDER_ASSETS, ...built()];
  const found = folders.find((one) => one !== undefined && PARTS.every((part) => existsSync(join(one, part))));
  if (found === undefined) throw new Error(`no Kubernetes control plane on this machine; get one with: ${SETUP}`);
  return found;
}

function built(): string[] {
  const cache = cacheFolder();
  if (!existsSync(cache)) return [];
  return readdirSync(cache)
    .filter((name) => /^kubernetes-[\d.]+$/.test(name))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(cache, name));
}
