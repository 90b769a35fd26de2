import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import type { RefusedAct } from './refused-act.ts';

/** Who acts again for an approval that does not count, and with which command. */
export function remedyOf(
  plan: Pick<ReleasePlan, 'id' | 'spec'>,
  refused: Pick<RefusedAct, 'act' | 'actor'>,
): { readonly who: string; readonly command: string } {
  const { owners } = plan.spec;
  switch (refused.act) {
    case 'qa':
      return { who: owners.qa.join(', '), command: command`relctl signoff qa ${plan.id}` };
    case 'ops':
      return { who: owners.operations.join(', '), command: command`relctl signoff ops ${plan.id}` };
    case 'stage':
      return { who: owners.rdLead, command: command`relctl stage ${plan.id}` };
    case 'deploy':
      return { who: owners.operations.join(', '), command: command`relctl deploy ${plan.id} --abort` };
    case 'outcome':
      return { who: owners.operations.join(', '), command: command`git log -p -- releases/${plan.id}.yaml` };
    case 'condition':
      return { who: refused.actor, command: command`relctl signoff condition ${plan.id}` };
    default:
      return { who: owners.rdLead, command: command`relctl plan ${plan.id} --reopen "<reason>"` };
  }
}
