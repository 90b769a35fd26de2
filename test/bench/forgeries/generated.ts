import type { ProcessCommand } from '../../../src/domain/process/process.ts';
import type { Forgery } from './forgery.ts';
import type { ForgeryLab, Loose } from './lab.ts';

/**
 * Forgeries that are made by combining: an honest history is cut at a station, and what a forger without a key would add to bring it further
 * is put behind it, whole or in pieces. Each must find the next step shut and the audit not clean.
 */

/** Where the honest history is cut: after the last event of the type. */
const STATIONS = ['plan.created', 'cab.submitted', 'cab.decided', 'stage.completed', 'signoff.recorded'] as const;

type Made = readonly [type: string, actor: string, data: (lab: ForgeryLab) => Record<string, unknown>];

const subject = (lab: ForgeryLab): Record<string, unknown> => {
  const { specDigest, textDigest } = (lab.events[lab.indexOf('submit')] as unknown as Loose).data;
  return { specDigest, textDigest };
};
const vote = { round: 1, decision: 'go', operationalReadiness: true, securityReview: true, impactAssessment: true };
const pass = { stageAttempt: 1, decision: 'pass', checks: [], evidence: [], comment: '' };
const images = (lab: ForgeryLab) => (lab.events[lab.indexOf('stage')] as unknown as Loose).data.images;

/** All that a release records up to the end of hypercare, without a signature: in the order of the process. */
const WAY: readonly Made[] = [
  ['cab.submitted', 'ravi@example.com', (lab) => ({ ...subject(lab), round: 1 })],
  ['cab.voted', 'carol@example.com', (lab) => ({ ...subject(lab), ...vote, conditions: [], comment: '' })],
  ['cab.voted', 'chen@example.com', (lab) => ({ ...subject(lab), ...vote, conditions: [], comment: '' })],
  ['cab.decided', 'relctl', () => ({ round: 1, decision: 'go', go: 2, noGo: 0, quorum: 2 })],
  ['stage.started', 'ravi@example.com', (lab) => ({ ...subject(lab), attempt: 1, commit: 'c' })],
  ['stage.completed', 'ravi@example.com', (lab) => ({ ...subject(lab), attempt: 1, commit: 'c', images: images(lab) })],
  ['signoff.recorded', 'quinn@example.com', (lab) => ({ ...subject(lab), role: 'qa', ...pass })],
  ['signoff.recorded', 'olga@example.com', (lab) => ({ ...subject(lab), role: 'ops', ...pass })],
  [
    'deploy.started',
    'omar@example.com',
    (lab) => ({
      ...subject(lab),
      attempt: 1,
      fence: 1,
      strategy: 'shared-service',
      clusters: {},
      steps: [],
      images: {},
    }),
  ],
  [
    'canary.judged',
    'omar@example.com',
    () => ({ attempt: 1, verdict: 'pass', elapsedSeconds: 900, reason: 'fine', slos: [] }),
  ],
  ['canary.promoted', 'omar@example.com', () => ({ attempt: 1, reason: 'fine' })],
  ['deploy.completed', 'omar@example.com', () => ({ attempt: 1, images: {} })],
  ['verify.recorded', 'omar@example.com', () => ({ ok: true, checks: [] })],
  ['hypercare.started', 'olga@example.com', () => ({ until: '2026-12-05T00:00:00Z', hours: 48 })],
  ['hypercare.closed', 'olga@example.com', () => ({ comment: '' })],
];

/** How many events of the way each station has behind it. */
const BEHIND: Readonly<Record<(typeof STATIONS)[number], number>> = {
  'plan.created': 0,
  'cab.submitted': 1,
  'cab.decided': 4,
  'stage.completed': 6,
  'signoff.recorded': 8,
};

/** The step that a history which ends with this event of the way would open. */
const OPENS: readonly (ProcessCommand | undefined)[] = [
  'signoff cab',
  undefined,
  undefined,
  'stage',
  undefined,
  'signoff qa',
  undefined,
  'deploy',
  'deploy --resume',
  'deploy --promote',
  'deploy --resume',
  'verify',
  'hypercare --exit',
  'hypercare --exit',
  'review',
];

/** What is done with the events that are made up. */
const WAYS: Readonly<Record<string, (made: readonly Loose[]) => readonly Loose[]>> = {
  'made up in order': (made) => made,
  'made up, only the last': (made) => made.slice(-1),
  'made up, the first left out': (made) => made.slice(1),
  'made up in reverse': (made) => made.toReversed(),
  'made up twice': (made) => [...made, ...made],
  'made up, the last one first': (made) => [...made.slice(-1), ...made.slice(0, -1)],
};

/** Every way of bringing every station to every later event. */
export const GENERATED: readonly Forgery[] = STATIONS.flatMap((station) =>
  OPENS.flatMap((command, target) =>
    command === undefined || target < BEHIND[station]
      ? []
      : Object.entries(WAYS).map(([how, change]): Forgery => {
          const [type] = WAY[target] as Made;
          return {
            kind: `${type} after ${station}, ${how}`,
            field: command,
            code: 'any',
            command,
            forge: async (lab) => {
              const honest = lab.copy().slice(0, cutAt(lab, station));
              const made = WAY.slice(BEHIND[station], target + 1).map(([name, actor, data]) =>
                eventOf(honest, name, actor, data(lab)),
              );
              const added = change(made);
              lab.write([...honest, ...(added.length === 0 ? made : added)]);
              return undefined;
            },
          };
        }),
  ),
);

function cutAt(lab: ForgeryLab, station: (typeof STATIONS)[number]): number {
  return lab.events.findLastIndex((event) => event.type === station) + 1;
}

function eventOf(before: readonly Loose[], type: string, actor: string, data: Record<string, unknown>): Loose {
  return { at: before.at(-1)?.at ?? '', actor, type, data } as unknown as Loose;
}
