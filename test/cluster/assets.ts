import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const PARTS = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;

/** Paths of the control plane's programs. */
export type Assets = Readonly<Record<(typeof PARTS)[number], string>>;

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
  const given = process.env.KUBEBUILDER_ASSETS;
  if (given !== undefined && PARTS.every((part) => existsSync(join(given, part)))) return given;
  return newestInCache('kubernetes', PARTS, 'scripts/setup-control-plane.sh');
}

/**
 * The newest version of a thing in the cache folder of the scripts/setup-*.sh, for one that has all these parts.
 * @throws Error that says how to get it
 */
export function newestInCache(thing: string, parts: readonly string[], setup: string): string {
  const found = versionsInCache(thing).find((folder) => parts.every((part) => existsSync(join(folder, part))));
  if (found === undefined) throw new Error(`no ${thing} on this machine; get one with: ${setup}`);
  return found;
}

/** The folders of all versions of a thing that the scripts/setup-*.sh built, newest first. */
function versionsInCache(thing: string): string[] {
  const cache = process.env.RELCTL_E2E_CACHE ?? join(homedir(), '.cache', 'relctl-e2e');
  if (!existsSync(cache)) return [];
  const isVersion = (name: string) => name.startsWith(`${thing}-`) && /^[\d.]+$/.test(name.slice(thing.length + 1));
  return readdirSync(cache)
    .filter(isVersion)
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(cache, name));
}
