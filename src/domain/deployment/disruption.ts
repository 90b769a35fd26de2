import type { KubeObject } from '../../ports/cluster.ts';
import { type LabelSelector, matchesSelector } from '../kubernetes/label-selector.ts';

/**
 * Names of the PodDisruptionBudgets that cover pods with these labels. Pods that two of them cover cannot be evicted: a node
 * with such a canary cannot be drained.
 * Source: Kubernetes documentation, "Specifying a Disruption Budget", arbitrary controllers and selectors.
 */
export function budgetsOver(
  labels: Readonly<Record<string, string>>,
  budgets: readonly KubeObject[],
): readonly string[] {
  return budgets
    .filter((budget) => {
      const { selector } = (budget.spec ?? {}) as { selector?: LabelSelector };
      return selector !== undefined && matchesSelector(selector, labels);
    })
    .map((budget) => budget.metadata.name);
}
