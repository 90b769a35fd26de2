import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const PARTS = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;

/** Paths of the control plane's programs. */
export type Assets = Readonly<Record<(typeof PARTS)[number], string>>;

/**
 * Finds the programs where scripts/setup-control-plane.sh puts them, or in the folder that KUBEBUILDER_ASSETS names.
 * @throws Error that says how to get them
 */
export function findAssets(): Assets {
  const cache = process.env.RELCTL_E2E_CACHE ?? join(homedir(), '.cache', 'relctl-e2e');
  for (const folder of [process.env.KUBEBUILDER_ASSETS, join(cache, 'bin')]) {
    if (folder !== undefined && PARTS.every((part) => existsSync(join(folder, part)))) {
      return Object.fromEntries(PARTS.map((part) => [part, join(folder, part)])) as Assets;
    }
  }
  throw new Error('no Kubernetes control plane on this machine; get one with: scripts/setup-control-plane.sh');
}
