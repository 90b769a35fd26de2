import type { Policy, Role } from '../../plan/policy.ts';
import { command } from '../../text/command-line.ts';
import * as approval from '../gates/approval.ts';
import { changeApproved } from '../gates/change.ts';
import * as delivery from '../gates/delivery.ts';
import * as expiry from '../gates/expiry.ts';
import { type GateFacts, type GateRule, type Refusal, refuse } from '../gates/gate.ts';
import * as history from '../gates/history.ts';
import * as planning from '../gates/planning.ts';
import { isEndClaimed, isGoingBack, type ReleaseState } from '../history/state.ts';
import type { NextAction } from '../outcome/outcome.ts';
import { delegatorsOf, seatOf } from '../people/delegates.ts';
import { isAmong, nameList, peopleOf, roleTitles, votingBoard } from '../people/people.ts';
import { type Phase, REOPENABLE, sayPhase, sayStanding } from './phases.ts';
import { waysBack } from './stopped.ts';

/** One command of the process: when it is due, who may give it, and the gates before it, in the order in which they are told. */
interface ProcessStep {
  readonly command: (id: string) => string;
  readonly phases: readonly Phase[];
  readonly roles: (policy: Policy) => readonly Role[];
  readonly gates: readonly GateRule[];
}

const roles =
  (key: keyof Policy['roles']) =>
  (policy: Policy): readonly Role[] =>
    policy.roles[key];
const only =
  (...held: Role[]) =>
  (): readonly Role[] =>
    held;

/** What every step into production asks, the first and those that go on: all of it can change meanwhile. */
const FOR_PRODUCTION: readonly GateRule[] = [
  approval.approvalsGenuine,
  approval.noObjection,
  approval.recordsGenuine('stage'),
  history.historyWhole,
  planning.cabGo,
  expiry.cabNotExpired,
  planning.cabConditions,
  delivery.stageCurrent,
  history.boundSame,
  delivery.signoffQa,
  delivery.signoffOps,
  planning.noFreeze,
  planning.inChangeWindow,
  planning.noClash,
  approval.deployerSeparate,
  changeApproved,
];

/** Going on with a deployment asks that it was begun as its record says. */
const STILL_APPROVED: readonly GateRule[] = [
  ...FOR_PRODUCTION,
  approval.recordsGenuine('deploy'),
  approval.imagesStaged,
];

/** The process, command by command. What a command needs stands here and nowhere else. */
export const PROCESS = {
  'choose branches': {
    command: (id) => command`relctl plan ${id}`,
    phases: ['draft'],
    roles: only('productManager'),
    gates: [],
  },
  'submit-cab': {
    command: (id) => command`relctl submit-cab ${id}`,
    phases: ['draft'],
    roles: roles('submitCab'),
    gates: [
      planning.planComplete,
      planning.windowAhead,
      planning.cabLead,
      planning.noFreeze,
      planning.inChangeWindow,
      planning.noClash,
    ],
  },
  'signoff cab': {
    command: (id) => command`relctl signoff cab ${id}`,
    phases: ['submitted'],
    roles: only('cab'),
    gates: [
      planning.cabCurrent,
      history.boundSame,
      planning.cabMember,
      planning.cabOnce,
      planning.cabNotAuthor,
      approval.notContributor('cab'),
      expiry.cabNotExpired,
    ],
  },
  'take back a go': {
    command: (id) => command`relctl signoff cab ${id} --decision no-go --comment "<why>"`,
    phases: ['approved', 'staged', 'ready'],
    roles: only('cab'),
    gates: [planning.cabMember, planning.cabNotAuthor],
  },
  stage: {
    command: (id) => command`relctl stage ${id}`,
    phases: ['approved', 'staged', 'ready'],
    roles: roles('stage'),
    gates: [
      approval.boardGenuine,
      approval.noObjection,
      history.historyWhole,
      planning.cabGo,
      expiry.cabNotExpired,
      history.boundSame,
      planning.stagingLead,
    ],
  },
  'signoff qa': {
    command: (id) => command`relctl signoff qa ${id}`,
    phases: ['staged', 'ready'],
    roles: only('qa'),
    gates: [
      delivery.stageCurrent,
      approval.recordsGenuine('stage'),
      history.boundSame,
      delivery.signoffSeparate('qa'),
      approval.notContributor('qa'),
    ],
  },
  'signoff ops': {
    command: (id) => command`relctl signoff ops ${id}`,
    phases: ['staged', 'ready'],
    roles: only('operations'),
    gates: [
      delivery.stageCurrent,
      approval.recordsGenuine('stage'),
      history.boundSame,
      delivery.signoffSeparate('ops'),
      approval.notContributor('ops'),
    ],
  },
  deploy: {
    command: (id) => command`relctl deploy ${id}`,
    phases: ['ready'],
    roles: roles('deploy'),
    gates: [...FOR_PRODUCTION, delivery.windowOpen],
  },
  'deploy --promote': {
    command: (id) => command`relctl deploy ${id} --promote`,
    phases: ['canary'],
    roles: roles('deploy'),
    gates: [...STILL_APPROVED, delivery.canaryPassed, delivery.windowOpen],
  },
  'deploy --resume': {
    command: (id) => command`relctl deploy ${id} --resume`,
    phases: ['canary', 'rolling-out'],
    roles: roles('deploy'),
    gates: [...STILL_APPROVED, delivery.windowOpenForRest, delivery.promotedOnVerdict],
  },
  'deploy --abort': {
    command: (id) => command`relctl deploy ${id} --abort`,
    phases: ['canary', 'rolling-out'],
    roles: roles('deploy'),
    gates: [history.wayBackSame],
  },
  rollback: {
    command: (id) => command`relctl rollback ${id}`,
    phases: ['canary', 'rolling-out', 'deployed', 'verified', 'hypercare', 'validated', 'frozen'],
    roles: roles('deploy'),
    gates: [history.wayBackSame],
  },
  verify: {
    command: (id) => command`relctl verify ${id}`,
    phases: ['deployed'],
    roles: roles('verify'),
    gates: [approval.recordsGenuine('deploy'), history.historyWhole, history.watchedSame],
  },
  hypercare: {
    command: (id) => command`relctl hypercare ${id}`,
    phases: ['verified', 'hypercare'],
    roles: roles('hypercare'),
    gates: [history.watchedSame],
  },
  success: {
    command: (id) => command`relctl success ${id}`,
    phases: ['deployed', 'verified', 'hypercare', 'validated'],
    roles: only('productManager', 'rdLead', 'operations'),
    gates: [history.watchedSame],
  },
  'hypercare --exit': {
    command: (id) => command`relctl hypercare ${id} --exit`,
    phases: ['hypercare'],
    roles: roles('hypercare'),
    gates: [
      approval.recordsGenuine('deploy'),
      approval.noObjection,
      history.historyWhole,
      history.watchedSame,
      delivery.hypercareOpen,
      delivery.hypercareElapsed,
      delivery.hypercareHealthy,
      delivery.hypercareCoverage,
      delivery.incidentsClosed,
      delivery.incidentsQuiet,
    ],
  },
  'review --draft': {
    command: (id) => command`relctl review ${id} --draft`,
    phases: ['deployed', 'verified', 'hypercare', 'validated'],
    roles: roles('review'),
    gates: [],
  },
  incident: {
    command: (id) => command`relctl hypercare ${id}`,
    phases: ['canary', 'rolling-out', 'deployed', 'verified', 'hypercare', 'validated', 'frozen'],
    roles: roles('hypercare'),
    gates: [],
  },
  review: {
    command: (id) => command`relctl review ${id}`,
    phases: ['hypercare', 'validated'],
    roles: roles('review'),
    gates: [
      approval.recordsGenuine('deploy'),
      approval.noObjection,
      history.historyWhole,
      history.watchedSame,
      delivery.hypercareClosed,
      delivery.reviewTime,
    ],
  },
  'correct the review': {
    command: (id) => command`relctl status ${id}`,
    phases: ['closed'],
    roles: roles('review'),
    gates: [approval.recordsGenuine('deploy'), history.historyWhole, history.watchedSame],
  },
} as const satisfies Record<string, ProcessStep>;

/** What takes a release out of production is never kept from it by what stands in its file. */
const WAYS_BACK: readonly ProcessCommand[] = ['deploy --abort', 'rollback', 'incident'];

/** Commands that CI gives under a name of its own, where the policy knows that: it deploys what people approved, and looks on. */
const BY_MACHINES: readonly ProcessCommand[] = [
  'stage',
  'deploy',
  'deploy --promote',
  'deploy --resume',
  'deploy --abort',
  'rollback',
  'hypercare',
  'success',
];

/** A command of the process. */
export type ProcessCommand = keyof typeof PROCESS;

/** Whether it is the turn of a command. What takes production back stays open where only somebody without a key says that it is over. */
export function isItsTurn(command: ProcessCommand, state: Pick<ReleaseState, 'phase' | 'deployment'>): boolean {
  const { phases }: ProcessStep = PROCESS[command];
  if (BEHIND_A_DEPLOYMENT.includes(command) && isProvedBack(state.deployment)) return false;
  return phases.includes(state.phase) || (OUT_OF_PRODUCTION.includes(command) && isEndClaimed(state));
}

/** That it goes back is proved: whoever may write could else keep a release from ever being verified. */
function isProvedBack(deployment: ReleaseState['deployment']): boolean {
  return isGoingBack(deployment) && (deployment?.provedBack.size ?? 0) > 0;
}

/** What says that a deployment is good; nobody says so of one that is being taken back, whatever keeps that from ending. */
const BEHIND_A_DEPLOYMENT: readonly ProcessCommand[] = ['verify', 'hypercare --exit', 'review'];

const OUT_OF_PRODUCTION: readonly ProcessCommand[] = ['deploy --abort', 'rollback'];

/**
 * Every reason why a command is refused now, in the order of its gates; empty when it may go ahead.
 * The first refusal is of the order of phases, since the others would mislead where the release is elsewhere.
 */
export function decide(command: ProcessCommand, facts: GateFacts): readonly Refusal[] {
  const step: ProcessStep = PROCESS[command];
  const order = refuseOrder(command, facts);
  // An approval or a record that does not count puts the release back to a phase that nobody expects, so it is told first.
  if (order !== undefined)
    return [
      history.historyInOrder,
      approval.approvalsGenuine,
      approval.recordsGenuine('outcome', 'deploy'),
      () => order,
    ]
      .map((gate) => gate(facts))
      .filter((one) => one !== undefined);
  const disorder = WAYS_BACK.includes(command) ? undefined : history.historyInOrder(facts);
  if (disorder !== undefined) return [disorder];
  const gates = step.gates.map((gate) => gate(facts));
  return [refuseRole(command, step, facts), ...gates].filter((refusal) => refusal !== undefined);
}

/**
 * What is done next, by whom, in the order in which it is done: what a gate still asks for comes before the command that it refuses.
 * A release that ended without being deployed begins anew as a draft.
 */
export function nextActions(facts: GateFacts): readonly NextAction[] {
  const { id, spec } = facts.plan;
  if (isEndClaimed(facts.state) && REOPENABLE.includes(facts.state.phase)) {
    return [
      {
        who: nameList(whoMay('rollback', facts)),
        command: PROCESS.rollback.command(id),
        why: 'nobody signed that it is out of production: looks, puts back what is left, and signs that',
      },
    ];
  }
  if (REOPENABLE.includes(facts.state.phase)) {
    return [
      {
        who: spec.owners.rdLead,
        command: reopenCommand(id),
        why: 'makes the plan a draft again, to change it and submit it anew',
      },
    ];
  }
  if (facts.state.phase === 'closed')
    return [{ who: 'anybody', command: reportCommand(id), why: 'writes what happened as one page' }];
  const { stopped } = facts.state.deployment ?? {};
  const canGoBack =
    isGoingBack(facts.state.deployment) && decide('rollback', { ...facts, actor: undefined }).length === 0;
  if (canGoBack && stopped !== undefined) {
    const who = nameList(whoMay('rollback', facts));
    return waysBack(stopped, id).map((way) => ({ who, ...way }));
  }
  const named = [...dueCommands(facts), ...(isFirstWeek(facts) ? (['success'] as const) : [])];
  const due = named.map((step) => {
    const [refusal] = decide(step, { ...facts, actor: undefined });
    return { step, who: whoMay(step, facts), command: PROCESS[step].command(id), refusal };
  });
  const before = new Map<string, NextAction>();
  for (const { refusal } of due) {
    if (refusal === undefined || refusal.who.length === 0 || due.some((one) => one.command === refusal.command))
      continue;
    before.set(refusal.command, { who: nameList(refusal.who), command: refusal.command, why: refusal.sentence });
  }
  return [
    ...before.values(),
    ...due.map(({ step, who, command, refusal }) => {
      const why =
        refusal === undefined
          ? named.length > 1
            ? BESIDE_ANOTHER[step]
            : undefined
          : before.has(refusal.command)
            ? 'not yet: after that'
            : `not yet: ${refusal.sentence}`;
      return { who: nameList(who), command, ...(why === undefined ? {} : { why }) };
    }),
    ...conditionActions(facts).filter((one) => !before.has(one.command)),
  ];
}

/** What sets a command apart, where the same moment names another one beside it. */
const BESIDE_ANOTHER: Readonly<Partial<Record<ProcessCommand, string>>> = {
  stage: 'once what was rejected is corrected: puts the candidate into staging again',
  'deploy --promote': 'rolls it out everywhere',
  'deploy --resume': 'goes on with the deployment',
  'deploy --abort': 'takes it out of production',
  rollback: 'only if something is wrong: puts production back',
  hypercare: 'shows how production is now, as often as you like',
  'hypercare --exit': 'ends hypercare',
  success: 'once a day in the first week: records the success metrics',
};

/** The success metrics are looked at from the end of the deployment until the review may be held; the first days belong to verifying it. */
function isFirstWeek(facts: GateFacts): boolean {
  const isWatched = facts.state.phase === 'hypercare' || facts.state.phase === 'validated';
  return isWatched && facts.plan.spec.successMetrics.length > 0 && delivery.reviewTime(facts) !== undefined;
}

/** Phases from an approval until all of production runs the release: an open condition of the board keeps it from going on there. */
const ON_CONDITION: readonly Phase[] = ['approved', 'staged', 'ready', 'canary', 'rolling-out'];

/** What the owners of open conditions do, each beside the step that is due, long before it refuses a deployment. */
function conditionActions({ plan, state }: GateFacts): readonly NextAction[] {
  if (!ON_CONDITION.includes(state.phase)) return [];
  return state.conditions
    .filter((condition) => !condition.closed)
    .map((condition) => ({
      who: condition.owner,
      command: planning.closingCommand(plan.id, condition),
      why: `a condition of the CAB, due ${condition.due}: "${condition.text}"`,
    }));
}

/** What there is to read of a release that is over. */
function reportCommand(id: string): string {
  return command`relctl report ${id}`;
}

function reopenCommand(id: string): string {
  return command`relctl plan ${id} --reopen "<reason>"`;
}

/** What blocks the next step: the refusals of the commands that are due, whoever gives them. */
export function blockers(facts: GateFacts): readonly Refusal[] {
  const anyone = { ...facts, actor: undefined };
  return dueCommands(facts)
    .slice(0, 1)
    .flatMap((command) => decide(command, anyone));
}

/** True when a gate of a command that is due looks at the other releases, so that they must be read to tell what blocks it. */
export function looksAtOthers(facts: Pick<GateFacts, 'state'>): boolean {
  const gates = dueCommands(facts).flatMap((command): readonly GateRule[] => PROCESS[command].gates);
  return gates.includes(planning.noClash);
}

/** Commands that the phase asks for, the main one first. */
export function dueCommands({ state }: Pick<GateFacts, 'state'>): readonly ProcessCommand[] {
  if (isGoingBack(state.deployment) || (isEndClaimed(state) && REOPENABLE.includes(state.phase))) return ['rollback'];
  switch (state.phase) {
    case 'draft':
      return ['submit-cab'];
    case 'submitted':
      return ['signoff cab'];
    case 'approved':
      return ['stage'];
    case 'staged':
      return [
        ...(state.signoffs.qa?.data.decision === 'pass' ? [] : (['signoff qa'] as const)),
        ...(state.signoffs.ops?.data.decision === 'pass' ? [] : (['signoff ops'] as const)),
        // What was rejected is mended and deployed to staging again, or looked at once more.
        ...(isRejected(state) ? (['stage'] as const) : []),
      ];
    case 'ready':
      return ['deploy'];
    case 'canary':
      return state.deployment?.verdict?.data.verdict === 'pass'
        ? ['deploy --promote', 'deploy --abort']
        : ['deploy --resume', 'deploy --abort'];
    case 'rolling-out':
      return ['deploy --resume', 'deploy --abort'];
    case 'deployed':
      return ['verify', 'rollback'];
    case 'verified':
      return ['hypercare'];
    case 'hypercare':
      return state.hypercare?.closed === undefined ? ['hypercare', 'hypercare --exit'] : ['review'];
    case 'validated':
      return ['review'];
    case 'frozen':
      return ['rollback'];
    default:
      return [];
  }
}

function isRejected({ signoffs }: GateFacts['state']): boolean {
  return signoffs.qa?.data.decision === 'reject' || signoffs.ops?.data.decision === 'reject';
}

/** People who may give a command in this release. */
export function whoMay(command: ProcessCommand, { plan, policy, state }: GateFacts): readonly string[] {
  if (command === 'signoff cab') {
    const voted = state.cab?.votes.map(seatOf) ?? [];
    return votingBoard(plan.spec, state.authors, policy).filter((member) => !isAmong(voted, member));
  }
  return peopleOf(plan.spec, (PROCESS[command] as ProcessStep).roles(policy));
}

function refuseOrder(given: ProcessCommand, facts: GateFacts): Refusal | undefined {
  const { phase } = facts.state;
  if (isItsTurn(given, facts.state)) return undefined;
  const [due] = dueCommands(facts);
  const id = facts.plan.id;
  if (due !== undefined) {
    return refuse('phase.order', `the release ${sayStanding(facts.state)}, and its next step is ${due}`, {
      who: whoMay(due, facts),
      command: PROCESS[due].command(id),
    });
  }
  const ended = REOPENABLE.includes(phase);
  return refuse(
    'phase.order',
    ended
      ? `the release ${sayPhase(phase)}; to go on, its plan is made a draft again`
      : `the release ${sayPhase(phase)}: nothing is left to do`,
    {
      who: [facts.plan.spec.owners.rdLead],
      command: ended ? reopenCommand(id) : reportCommand(id),
    },
  );
}

function refuseRole(command: ProcessCommand, step: ProcessStep, facts: GateFacts): Refusal | undefined {
  const { actor, plan, policy } = facts;
  if (actor !== undefined && BY_MACHINES.includes(command) && isAmong(policy.machines, actor)) return undefined;
  const held = step.roles(policy);
  // The board has its own gate, which says more.
  if (held.includes('cab')) return undefined;
  const people = peopleOf(plan.spec, held);
  if (delivery.isAllowed(people, actor) || isDelegate(step, facts)) return undefined;
  return refuse('role.allowed', `${actor} is not ${roleTitles(held)} of this release`, {
    who: people,
    command: step.command(plan.id),
  });
}

/** True for who stands in for somebody who signs off for QA or Operations. */
function isDelegate(step: ProcessStep, { actor, plan, policy, now }: GateFacts): boolean {
  const role = step === PROCESS['signoff qa'] ? 'qa' : step === PROCESS['signoff ops'] ? 'ops' : undefined;
  if (actor === undefined || role === undefined) return false;
  const people = peopleOf(plan.spec, step.roles(policy));
  return delegatorsOf(policy, plan.spec, role, actor, now).some((one) => isAmong(people, one));
}
