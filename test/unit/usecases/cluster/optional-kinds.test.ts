import { describe, expect, it } from 'vitest';
import { RelctlError } from '../../../../src/errors.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';
import { listIfAllowed, listIfKnown } from '../../../../src/usecases/cluster/optional-kinds.ts';

const BUDGET = { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name: 'web' } };
const answering = (answers: Readonly<Record<string, readonly KubeObject[] | string>>) => ({
  list: async ({ apiVersion }: { readonly apiVersion: string }) => {
    const answer = answers[apiVersion] ?? [];
    if (typeof answer === 'string') throw new RelctlError('cluster.rejected', `listing objects: ${answer}`);
    return answer;
  },
});
const UNKNOWN = 'the server could not find the requested resource';
/** As API servers 1.20 to 1.36 say it; kubectl puts the reason before it. */
const FORBIDDEN = [
  'horizontalpodautoscalers.autoscaling is forbidden: User "ci" cannot list resource "horizontalpodautoscalers" in API group "autoscaling" in the namespace "shop"',
  'Error from server (Forbidden): horizontalpodautoscalers.autoscaling is forbidden: User "ci" cannot list resource',
];
const versions = ['policy/v1', 'policy/v1beta1'];

describe('objects of a kind that a cluster may not have', () => {
  it('are those of the first version that it serves, and none where it serves none', async () => {
    const older = answering({ 'policy/v1': UNKNOWN, 'policy/v1beta1': [BUDGET] });
    expect(await listIfKnown(older, versions, BUDGET.kind)).toEqual([BUDGET]);
    const none = answering({ 'policy/v1': UNKNOWN, 'policy/v1beta1': UNKNOWN });
    expect(await listIfKnown(none, versions, BUDGET.kind)).toEqual([]);
  });

  it.each(FORBIDDEN)('are not none where relctl may not list them: %s', async (said) => {
    const closed = answering({ 'policy/v1': said });
    await expect(listIfKnown(closed, versions, BUDGET.kind)).rejects.toMatchObject({ code: 'cluster.rejected' });
    expect(await listIfAllowed(closed, versions, BUDGET.kind)).toEqual([]);
  });
});
