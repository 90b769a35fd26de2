import type { Spec } from '../../plan/spec.ts';
import { command } from '../../text/command-line.ts';
import { formatSpan } from '../../text/figures.ts';
import { sayShare } from '../deployment/share.ts';
import { sayPlannedBake } from '../judge/asked-settings.ts';
import { quorumOf, votingBoard } from '../people/people.ts';
import { ASKED } from '../process/phases.ts';
import { riskSentence } from '../risk/score.ts';
import { formatMoment, formatWindow } from '../schedule/calendar.ts';
import { unsignedNotice } from '../signing/notice.ts';
import { attentionOf } from './attention.ts';
import type { PacketFacts } from './facts.ts';
import type { Decision, Glance, Packet } from './model.ts';
import { changeSections } from './sections-change.ts';
import { safetySections } from './sections-safety.ts';

/** Makes the packet. The same facts give the same packet. */
export function buildPacket(facts: PacketFacts): Packet {
  const { plan, round, now } = facts;
  const unsigned = unsignedNotice(facts.signing);
  return {
    release: plan.id,
    feature: plan.metadata.feature,
    round,
    at: formatMoment(now, plan.spec.window.timeZone),
    notices: [
      ...(facts.signing?.mode === 'simulated'
        ? ['Simulated: made in the sandbox. It satisfies no gate of a real release.']
        : []),
      ...(unsigned === undefined ? [] : [unsigned]),
    ],
    glance: glanceOf(facts),
    attention: attentionOf(facts),
    decision: decisionOf(facts),
    sections: [...changeSections(facts), ...safetySections(facts)],
  };
}

function glanceOf({ plan, risk, shares, policy }: PacketFacts): readonly Glance[] {
  const { spec } = plan;
  const { rollback, canary } = spec;
  return [
    { label: 'Window', value: formatWindow(spec.window) },
    {
      label: 'Risk',
      value: riskSentence(spec.risk.level, risk),
      tone: { low: 'good', medium: 'caution', high: 'danger' }[risk.level] as Glance['tone'] & string,
    },
    { label: 'Changes', value: spec.services.map((service) => service.name).join(', '), note: spec.impact.summary },
    {
      label: 'Canary',
      value: `${largestShare(canary, shares)} for ${sayPlannedBake(canary, policy)}`,
      note: `then everywhere, if the canary shows no regression of ×${canary.detectableRatio} (${canary.detectableRatio} times the bad requests of stable)`,
    },
    { label: 'Rollback', value: formatSpan(rollback.expectedMinutes * 60_000), note: rollback.owner },
  ];
}

/** The largest of all services: the same share makes more of few pods than of many. */
function largestShare({ share }: Spec['canary'], shares: PacketFacts['shares']): string {
  const [largest] = [...shares.values()].sort((a, b) => b.made - a.made);
  return sayShare(largest ?? { asked: share });
}

function decisionOf({ plan, policy, state, requester }: PacketFacts): Decision {
  const board = votingBoard(plan.spec, [...state.authors, requester], policy);
  const answer = command`relctl signoff cab ${plan.id}`;
  const decided = state.cab?.decision?.data.decision;
  const noGo = { says: 'No-Go', command: `${answer} --decision no-go --comment "<why>"` };
  const takesBack = { ...noGo, says: 'No-Go, which takes the Go back until the deployment begins' };
  const stillAsked = decided === 'go' && ASKED.includes(state.phase) ? [takesBack] : [];
  const commands = decided === undefined ? [...goCommands(answer), noGo] : stillAsked;
  const rule = policy.cab.veto ? 'One No-Go rejects the release.' : 'A single No-Go does not reject it.';
  return {
    commands,
    board,
    quorum: quorumOf(votingBoard(plan.spec, [...state.seatless, requester], policy), policy),
    rule: decided === undefined ? rule : `The board decided ${decided === 'go' ? 'Go' : 'No-Go'}.`,
    digest: plan.specDigest,
  };
}

function goCommands(answer: string): Decision['commands'] {
  return [
    {
      says: 'Go: operationally ready, security reviewed, impact acceptable',
      command: `${answer} --decision go --operational-readiness --security-review --impact-assessment`,
    },
    {
      says: 'Go, with a condition that must be met before the deployment',
      command: `${answer} --decision go --operational-readiness --security-review --impact-assessment --condition "<what>; <owner>; <date>"`,
    },
  ];
}
