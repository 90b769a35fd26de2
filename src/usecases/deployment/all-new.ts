import { canServe, isByRegion, strategyFor } from '../../domain/deployment/strategies/strategies.ts';
import { nameList } from '../../domain/people/people.ts';
import { RelctlError } from '../../errors.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import type { ServiceChanges } from './changes.ts';

/**
 * Refuses a deployment of which no service runs in production yet, before anything is announced: no canary could be compared, and the
 * watch would end by rolling it back.
 * @throws RelctlError `production.unfit`
 */
export function refuseAllNew(plan: Pick<ReleasePlan, 'id' | 'spec'>, changes: readonly ServiceChanges[]): void {
  if (isByRegion(plan.spec)) return;
  const canaried = changes.filter(
    ({ service: { name, deployment } }) =>
      deployment !== undefined && canServe(strategyFor(plan.spec, name), deployment),
  );
  if (canaried.length === 0 || canaried.some(({ ground }) => ground !== undefined)) return;
  const names = [...new Set(canaried.map(({ service }) => service.name))];
  throw new RelctlError(
    'production.unfit',
    `production does not run ${nameList(names)} yet: no canary can be compared`,
    {
      why: 'A candidate is promoted only on a comparison with what production runs now. Nothing was announced or changed.',
      hints: [
        command`relctl manifests ${plan.id} --environment production`,
        'prints what to bring there once by other means; or release them with a service that production runs',
      ],
      data: { services: names },
    },
  );
}
