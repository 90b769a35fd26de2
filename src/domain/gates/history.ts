import { command } from '../../text/command-line.ts';
import { plural } from '../../text/plural.ts';
import { type GateRule, refuse } from './gate.ts';

/** Gates about the history as a whole, and about what decides beside the plan. */

/** Where nobody looked which branch is the protected one, whoever reads it puts its name here. */
const DEFAULT_BRANCH = '<protected branch>';

/** A chain shows that nobody changed a history, not that it happened: what the process could not have written is not gone on from. */
export const historyInOrder: GateRule = ({ plan, disorder }) => {
  const [first] = disorder ?? [];
  return first === undefined
    ? undefined
    : refuse(
        'history.order',
        `event ${first.seq} ${first.problem}: the process does not write that, and git revert takes the commit back that brought it`,
        { who: [plan.spec.owners.rdLead], command: command`git log -p -- releases/${plan.id}.yaml` },
      );
};

/** Every signed act that was ever committed is here: whoever may push can take the end of a history off, and with it a No-Go. */
export const historyWhole: GateRule = ({ plan, lost }) => {
  const [first, ...more] = lost ?? [];
  return first === undefined
    ? undefined
    : refuse('history.whole', first, {
        who: [plan.spec.owners.rdLead],
        command: command`git log -p --full-history -- releases/${plan.id}.yaml`,
        suggestions: [...more.slice(0, 10), command`relctl plan ${plan.id} --reopen "<reason>"`],
      });
};

/** Production is looked at where, and by what, it was said: else what is seen elsewhere would be signed. */
export const watchedSame: GateRule = ({ plan, watched, reviewed = DEFAULT_BRANCH }) => {
  const [first, ...more] = watched ?? [];
  return first === undefined
    ? undefined
    : refuse('bound.same', `${first}, and it is not as the protected branch has it`, {
        who: [plan.spec.owners.rdLead],
        command: command`git diff ${reviewed} -- relctl.yaml`,
        suggestions: more.slice(0, 10),
      });
};

/** A way back goes where the deployment went, and undoes what it did: else it would touch nothing, and call that done. */
export const wayBackSame: GateRule = ({ plan, elsewhere, reviewed = DEFAULT_BRANCH }) => {
  const [first, ...more] = elsewhere ?? [];
  return first === undefined
    ? undefined
    : refuse('bound.same', first, {
        who: [plan.spec.owners.rdLead],
        command: command`git diff ${reviewed} -- relctl.yaml releases/${plan.id}.yaml`,
        suggestions: [
          ...more.slice(0, 10),
          command`git checkout ${reviewed} -- relctl.yaml`,
          'takes the one that was reviewed',
          'git log --full-history -- relctl.yaml',
          'shows the one that was submitted',
        ],
      });
};

/** relctl.yaml, the policy, the objects and the programs of a release are those that were submitted, and those that were staged. */
export const boundSame: GateRule = ({ plan, differences }) => {
  const [first, ...more] = differences ?? [];
  return first === undefined
    ? undefined
    : refuse('bound.same', `${first}${more.length === 0 ? '' : `, and ${plural(more.length, 'more difference')}`}`, {
        who: [plan.spec.owners.rdLead],
        command: command`relctl plan ${plan.id} --reopen "<reason>"`,
        suggestions: more.slice(0, 10),
      });
};
