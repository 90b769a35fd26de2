import { execFileSync } from 'node:child_process';
import type { ControlPlane } from './control-plane.ts';

/** Applies objects as a person would, with kubectl. */
export function applyAll(plane: ControlPlane, namespace: string, objects: readonly object[]): void {
  execFileSync(
    'kubectl',
    ['--kubeconfig', plane.kubeconfig, '--context', plane.name, '-n', namespace, 'apply', '-f', '-'],
    { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }), stdio: ['pipe', 'pipe', 'pipe'] },
  );
}
