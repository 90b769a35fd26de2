import { ownOf } from '../../text/by-name.ts';
import { command } from '../../text/command-line.ts';
import { pinnedImage } from '../kubernetes/manifests.ts';
import { seatOf } from '../people/delegates.ts';
import { personOf } from '../people/people.ts';
import { type GateFacts, type GateRule, refuse } from './gate.ts';

/** Gates about approvals as such: that they are genuine, and that nobody approves what they made or then carry out. */

/** What is recorded and does not count is named first: otherwise people only read that an approval is missing. */
const genuine =
  (needed: 'vote' | 'all'): GateRule =>
  ({ plan, state, signing }) => {
    if (signing?.mode !== 'required') return undefined;
    if (signing.trouble !== undefined) {
      return refuse('approval.genuine', signing.trouble.sentence, {
        who: [plan.spec.owners.rdLead],
        command: signing.trouble.command,
      });
    }
    const [first] = signing.refused;
    const isComplete =
      state.cab?.decision?.data.decision === 'go' &&
      (needed === 'vote' || (isPass(state.signoffs.qa) && isPass(state.signoffs.ops)));
    return first === undefined || isComplete
      ? undefined
      : refuse('approval.genuine', first.sentence, { who: [first.who], command: first.command });
  };

export const boardGenuine = genuine('vote');
export const approvalsGenuine = genuine('all');

/** Proof is needed to go forward, never to object: a No-Go or a reject that is not proved any more still keeps a release back. */
export const noObjection: GateRule = ({ signing }) => {
  const [first] = signing?.objections ?? [];
  return first === undefined
    ? undefined
    : refuse('approval.objection', first.sentence, { who: [first.who], command: first.command });
};

/** The record that later steps rest on, of a staging, a deployment or the time after it, was signed by whoever ran or gave it. */
export const recordsGenuine =
  (...acts: readonly ('stage' | 'deploy' | 'outcome')[]): GateRule =>
  ({ signing }) => {
    const first = signing?.refused.find((one) => acts.some((act) => act === one.act));
    return first === undefined
      ? undefined
      : refuse('approval.genuine', first.sentence, { who: [first.who], command: first.command });
  };

/** What goes on in production must be what was staged and signed off, whatever the record of its beginning says. */
export const imagesStaged: GateRule = ({ plan, state }) => {
  const begun = state.deployment?.started.data.images;
  if (begun === undefined) return undefined;
  const other = plan.spec.services.find(({ name, image }) => {
    const staged = ownOf(state.stage?.images, name) ?? [];
    return ownOf(begun, name) !== pinnedImage(image, staged.length === 1 ? staged[0] : undefined);
  });
  return other === undefined
    ? undefined
    : refuse(
        'approval.genuine',
        `the image of ${other.name} in the deployment that was begun is not the one that was staged`,
        {
          who: plan.spec.owners.operations,
          command: command`relctl deploy ${plan.id} --abort`,
        },
      );
};

/** Who deploys did not approve, apart from what the policy allows. */
export const deployerSeparate: GateRule = ({ plan, state, policy, actor }) => {
  if (actor === undefined) return undefined;
  const allowed = policy.separation.deployerMayHaveSigned;
  const deployer = personOf(policy, actor);
  const approvals = [
    ...(state.cab?.votes ?? []).map((vote) => ({ act: 'cab' as const, event: vote })),
    ...[state.signoffs.qa, state.signoffs.ops].flatMap((event) =>
      event === undefined ? [] : [{ act: event.data.role, event }],
    ),
  ];
  const own = approvals.find(
    ({ act, event }) =>
      !allowed.includes(act) && [event.actor, seatOf(event)].some((one) => personOf(policy, one) === deployer),
  );
  return own === undefined
    ? undefined
    : refuse(
        'deployer.separate',
        `${actor} approved this release for ${TITLES[own.act]} and therefore may not deploy it`,
        {
          who: plan.spec.owners.operations.filter((one) => personOf(policy, one) !== deployer),
          command: command`relctl deploy ${plan.id}`,
        },
      );
};

const TITLES = { cab: 'the CAB', qa: 'QA', ops: 'Operations' } as const;

/** Nobody approves a candidate that holds their own commits, where the policy says so. */
export const notContributor =
  (act: keyof typeof TITLES): GateRule =>
  ({ plan, policy, actor, signing, objects }: GateFacts) => {
    if (actor === undefined || objects === true || policy.separation.contributorsMaySign.includes(act))
      return undefined;
    const person = personOf(policy, actor);
    if (signing !== undefined && signing.mode !== 'simulated' && signing.contributors === undefined) {
      return refuse(
        'approval.not-contributor',
        'who has commits in the candidate cannot be read here, so nobody is known to be independent',
        { who: [actor], command: 'git fetch --all --tags --unshallow' },
      );
    }
    const isContributor = signing?.contributors?.some((one) => personOf(policy, one) === person) ?? false;
    if (!isContributor) return undefined;
    const { cab, qa, operations } = plan.spec.owners;
    return refuse(
      'approval.not-contributor',
      `${actor} has commits in the candidate and therefore may not approve it`,
      {
        who: { cab, qa, ops: operations }[act].filter((one) => personOf(policy, one) !== person),
        command: command`relctl signoff ${act} ${plan.id}`,
      },
    );
  };

function isPass(signoff: GateFacts['state']['signoffs']['qa']): boolean {
  return signoff?.data.decision === 'pass';
}
