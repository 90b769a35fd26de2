import { command } from '../../text/command-line.ts';
import { formatPercent, formatSpan } from '../../text/figures.ts';
import { isGoingBack } from '../history/state.ts';
import { isAmong, peopleOf, samePerson } from '../people/people.ts';
import { formatMoment, formatWindow, reviewDate, startOfDate, timeOf, windowSpan } from '../schedule/calendar.ts';
import { type GateRule, refuse } from './gate.ts';
import { moveWindow } from './planning.ts';

/** Gates of phases 2 to 4: staging, sign-offs, the window, hypercare and the review. */

export const stageCurrent: GateRule = ({ plan, state }) => {
  const unblock = { who: [plan.spec.owners.rdLead], command: command`relctl stage ${plan.id}` };
  if (state.stage === undefined) return refuse('stage.current', 'the candidate was not deployed to staging', unblock);
  if (state.stage.result !== 'completed') {
    return refuse(
      'stage.current',
      state.stage.result === 'failed'
        ? 'the last deployment to staging failed'
        : 'a deployment to staging was started and not finished',
      unblock,
    );
  }
  if (state.stage.specDigest !== plan.specDigest) {
    return refuse('stage.current', 'the plan was changed after it was deployed to staging', unblock);
  }
  return undefined;
};

const signoff =
  (role: 'qa' | 'ops'): GateRule =>
  ({ plan, state }) => {
    const title = role === 'qa' ? 'QA' : 'Operations';
    const unblock = {
      who: plan.spec.owners[role === 'qa' ? 'qa' : 'operations'],
      command: command`relctl signoff ${role} ${plan.id}`,
    };
    const signed = state.signoffs[role];
    if (signed === undefined) return refuse(`signoff.${role}`, `${title} has not signed off`, unblock);
    if (signed.data.decision !== 'pass') {
      return refuse(`signoff.${role}`, `${title} (${signed.actor}) rejected what is in staging`, unblock);
    }
    if (signed.data.specDigest !== plan.specDigest || signed.data.stageAttempt !== state.stage?.attempt) {
      return refuse(`signoff.${role}`, `${title} signed off a different version than the one in staging now`, unblock);
    }
    return undefined;
  };

export const signoffQa = signoff('qa');
export const signoffOps = signoff('ops');

/** One person does not sign off for QA and for Operations; the same person may sign for the same role again. */
export const signoffSeparate =
  (role: 'qa' | 'ops'): GateRule =>
  ({ plan, state, policy, actor }) => {
    if (actor === undefined || policy.separation.onePersonManyRoles) return undefined;
    const other = state.signoffs[role === 'qa' ? 'ops' : 'qa'];
    return other === undefined || !samePerson(other.actor, actor, policy)
      ? undefined
      : refuse('signoff.separate', `${actor} already signed off for ${other.data.role}`, {
          who: plan.spec.owners[role === 'qa' ? 'qa' : 'operations'].filter((one) => !samePerson(one, actor, policy)),
          command: command`relctl signoff ${role} ${plan.id}`,
        });
  };

export const windowOpen: GateRule = (facts) => {
  const { plan, now } = facts;
  const { start, end } = windowSpan(plan.spec.window);
  if (now >= start && now < end) return undefined;
  return refuse(
    'time.window-open',
    now < start
      ? `the change window opens in ${formatSpan(start - now)}: ${formatWindow(plan.spec.window)}`
      : `the change window closed ${formatSpan(now - end)} ago: ${formatWindow(plan.spec.window)}`,
    now < start
      ? { who: plan.spec.owners.operations, command: command`relctl deploy ${plan.id}`, opensAt: start }
      : moveWindow(facts),
  );
};

/** Going on needs the window for what is not yet in production: a canary that only is watched does not change it. */
export const windowOpenForRest: GateRule = (facts) => {
  const { deployment, phase } = facts.state;
  const isWatched = phase === 'canary' && deployment?.steps.get('bake') !== undefined;
  return isWatched || isGoingBack(deployment) ? undefined : windowOpen(facts);
};

export const canaryPassed: GateRule = ({ plan, state, unproven }) => {
  const verdict = state.deployment?.verdict;
  if (verdict?.data.verdict === 'pass' && unproven !== undefined) {
    return refuse('canary.passed', `the verdict on the canary is not proved: ${unproven}`, {
      who: plan.spec.owners.operations,
      command: command`relctl deploy ${plan.id} --abort`,
    });
  }
  return verdict?.data.verdict === 'pass'
    ? undefined
    : refuse(
        'canary.passed',
        verdict === undefined
          ? 'the canary has not been judged yet'
          : `the verdict on the canary is ${verdict.data.verdict}`,
        { who: plan.spec.owners.operations, command: command`relctl deploy ${plan.id} --resume` },
      );
};

/** What rolls out goes on only on the verdict that it was promoted on. */
export const promotedOnVerdict: GateRule = (facts) =>
  facts.state.phase === 'rolling-out' && !isGoingBack(facts.state.deployment) ? canaryPassed(facts) : undefined;

/** Hypercare ends once: what is asked of it afterwards is out of its order. */
export const hypercareOpen: GateRule = ({ plan, policy, state }) => {
  const closed = state.hypercare?.closed;
  return closed === undefined
    ? undefined
    : refuse(
        'phase.order',
        `hypercare was signed off by ${closed.actor} on ${formatMoment(timeOf(closed.at), plan.spec.window.timeZone)}; next is the review`,
        { who: peopleOf(plan.spec, policy.roles.review), command: command`relctl review ${plan.id}` },
      );
};

/** Never shorter than the policy says after the end of the deployment, which is signed: when hypercare began, and until when it is, nobody signs. */
export const hypercareElapsed: GateRule = ({ plan, state, policy, now }) => {
  const deployed = state.deployment?.completedAt;
  const atLeast = deployed === undefined ? 0 : hypercareEnd(timeOf(deployed), policy.hypercareHours);
  const until = state.hypercare === undefined ? undefined : Math.max(timeOf(state.hypercare.until), atLeast);
  return until !== undefined && now >= until
    ? undefined
    : refuse(
        'hypercare.elapsed',
        until === undefined
          ? 'hypercare was not started'
          : `hypercare lasts until ${formatMoment(until, plan.spec.window.timeZone)}, for another ${formatSpan(until - now)}`,
        {
          who: plan.spec.owners.operations,
          command: command`relctl hypercare ${plan.id}`,
          ...(until === undefined ? {} : { opensAt: until }),
        },
      );
};

export const hypercareHealthy: GateRule = ({ plan, state }) => {
  const last = state.hypercare?.observations.at(-1);
  return last?.data.healthy === true
    ? undefined
    : refuse(
        'hypercare.healthy',
        last === undefined
          ? 'nobody has looked at the hypercare period yet'
          : 'the last look at the hypercare period was not healthy',
        { who: plan.spec.owners.operations, command: command`relctl hypercare ${plan.id}` },
      );
};

/** What was not measured was not watched; files of before there was a coverage are let through. */
export const hypercareCoverage: GateRule = ({ plan, state, policy }) => {
  const last = state.hypercare?.observations.at(-1);
  const coverage = last?.data.coverage;
  if (coverage === undefined || coverage >= policy.hypercare.coverage) return undefined;
  return refuse(
    'hypercare.coverage',
    `there is data for ${formatPercent(coverage)} of the hypercare period; ${formatPercent(policy.hypercare.coverage)} is required (${last?.data.gaps.join('; ')})`,
    { who: plan.spec.owners.operations, command: command`relctl hypercare ${plan.id} --extend 24 --reason "<reason>"` },
  );
};

export const incidentsClosed: GateRule = ({ plan, state }) => {
  const open = state.incidents.filter((incident) => incident.closedAt === undefined);
  const [first] = open;
  return first === undefined
    ? undefined
    : refuse(
        'incidents.closed',
        `${open.map((one) => `${one.ref} (severity ${one.severity})`).join(', ')} ${open.length === 1 ? 'is' : 'are'} still open`,
        {
          who: plan.spec.owners.operations,
          command: command`relctl hypercare ${plan.id} --incident ${first.ref} --resolved`,
        },
      );
};

/** Counted from the end of the last severe incident. */
export const incidentsQuiet: GateRule = ({ plan, state, policy, now }) => {
  const { quietHours, severeUpTo } = policy.hypercare;
  const severe = state.incidents.filter((one) => one.severity <= severeUpTo && one.closedAt !== undefined);
  const last = Math.max(...severe.map((one) => timeOf(one.closedAt ?? '')));
  const until = last + quietHours * 3_600_000;
  return severe.length === 0 || now >= until
    ? undefined
    : refuse(
        'incidents.quiet',
        `the last incident of severity ${severeUpTo} or worse ended ${formatSpan(now - last)} ago, and ${quietHours} h without one are required`,
        { who: plan.spec.owners.operations, command: command`relctl hypercare ${plan.id}` },
      );
};

export const hypercareClosed: GateRule = ({ plan, state }) =>
  state.hypercare?.closed !== undefined
    ? undefined
    : refuse('hypercare.closed', 'hypercare was not signed off', {
        who: plan.spec.owners.operations,
        command: command`relctl hypercare ${plan.id} --exit`,
      });

export const reviewTime: GateRule = ({ plan, policy, now }) => {
  const { timeZone } = plan.spec.window;
  const date = reviewDate(plan.spec.window, policy.leadDays.review);
  const opensAt = startOfDate(date, timeZone);
  return now >= opensAt
    ? undefined
    : refuse(
        'time.review',
        `the review is held ${policy.leadDays.review} days after the window, on ${date}; the success metrics need the whole week`,
        { who: [plan.spec.owners.productManager], command: command`relctl review ${plan.id}`, opensAt },
      );
};

/** When hypercare ends, counted from the completed verification. */
export function hypercareEnd(startedAt: number, hours: number): number {
  return startedAt + hours * 3_600_000;
}

/** The person holds one of the roles that may take a step. */
export function isAllowed(people: readonly string[], actor: string | undefined): boolean {
  return actor === undefined || isAmong(people, actor);
}
