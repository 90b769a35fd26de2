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
const images = (lab: ForgeryLab) => (lab.events[lab.indexOf('stage.completed')] as unknown as Loose).data.images;

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

/** The honest history up to the station, what is made up behind it, and all of the honest history. */
type Way = (honest: readonly Loose[], made: readonly Loose[], all: readonly Loose[]) => readonly Loose[];

/** What is done with the events that are made up: forged, dropped, reordered, replayed, edited, and always numbered and chained anew. */
const WAYS: Readonly<Record<string, Way>> = {
  'made up in order': (honest, made) => [...honest, ...made],
  'made up, only the last': (honest, made) => [...honest, ...made.slice(-1)],
  'made up, the first left out': (honest, made) => [...honest, ...(made.length === 1 ? made : made.slice(1))],
  'made up in reverse': (honest, made) => [...honest, ...made.toReversed()],
  'made up twice': (honest, made) => [...honest, ...made, ...made],
  'made up, the last one first': (honest, made) => [...honest, ...made.slice(-1), ...made.slice(0, -1)],
  'made up, with the signatures of honest acts': (honest, made, all) => [
    ...honest,
    ...made.map((event) => {
      const signature = all.find((one) => one.type === event.type && one.data.signature !== undefined)?.data.signature;
      return signature === undefined ? event : { ...event, data: { ...event.data, signature } };
    }),
  ],
  'made up, behind an honest history without its first half': (honest, made) => [
    ...honest.slice(Math.ceil(honest.length / 2)),
    ...made,
  ],
  'made up, all by one person': (honest, made) => [
    ...honest,
    ...made.map((event) => ({ ...event, actor: 'omar@example.com' })),
  ],
};

/**
 * In a company that does not sign, whoever may write the file can give approvals: a history that is made up in the order of the process is
 * as good as any. What such a company does promise is that order. These are histories that the process cannot have written: what had to
 * come first is missing, stands later, or the same comes twice.
 */
export function generatedUnsigned(): readonly Forgery[] {
  return STATIONS.flatMap((station) =>
    OPENS.flatMap((command, target) => {
      const length = target + 1 - BEHIND[station];
      // Two sign-offs may come in either order, and one alone is a release that waits for the other.
      if (command === undefined || length < 2 || isSignoffsOnly(station, target)) return [];
      return Object.entries(UNSIGNED_WAYS).map(([how, change]): Forgery => {
        const [type] = WAY[target] as Made;
        return {
          kind: `unsigned: ${type} after ${station}, ${how}`,
          field: command,
          code: 'any',
          command,
          forge: async (lab) => {
            const honest = lab.copy().slice(0, cutAt(lab, station));
            const made = WAY.slice(BEHIND[station], target + 1).map(([name, actor, data]) =>
              eventOf(honest, name, actor, data(lab)),
            );
            lab.write(change(honest, made, []));
            return undefined;
          },
        };
      });
    }),
  );
}

const UNSIGNED_WAYS: Readonly<Record<string, Way>> = {
  'what had to come first left out': (honest, made) => [...honest, ...made.slice(1)],
  'only the last': (honest, made) => [...honest, ...made.slice(-1)],
  'in reverse': (honest, made) => [...honest, ...made.toReversed()],
  'the last one first': (honest, made) => [...honest, ...made.slice(-1), ...made.slice(0, -1)],
  'all of it twice': (honest, made) => [...honest, ...made, ...made],
};

function isSignoffsOnly(station: (typeof STATIONS)[number], target: number): boolean {
  return WAY.slice(BEHIND[station], target + 1).every(([type]) => type === 'signoff.recorded');
}

/** All up to a deployment that is under way, without a signature. */
function madeUpDeployment(lab: ForgeryLab): readonly Loose[] {
  const honest = lab.copy().slice(0, 1);
  const reached = WAY.findIndex(([type]) => type === 'canary.judged');
  return [...honest, ...WAY.slice(0, reached).map(([type, actor, data]) => eventOf(honest, type, actor, data(lab)))];
}

/** Version 3.0 asked for no signatures and still stands on the protected branch; 3.1 does, and the file says that production was reached. */
export const OLD_PROCESS: Forgery = {
  kind: 'older version of the process that asked for no signatures, with all approvals made up',
  field: 'deploy.started',
  code: 'policy-rolled-back',
  command: 'deploy --resume',
  async forge(lab) {
    const { git, policy } = lab.company;
    const files = {
      'relctl/process/standard-3.0.yaml': policy.replace('mode: required', 'mode: unsigned'),
      'relctl/process/standard-3.1.yaml': policy.replace('"3.0"', '"3.1"'),
    };
    git.commit(files, '3.1 asks for signatures');
    lab.write(madeUpDeployment(lab));
    return undefined;
  },
};

/** A process that the protected branch asks for no signatures, beside the one that it asks for them. */
export const UNSIGNED_PROCESS: Forgery = {
  ...OLD_PROCESS,
  kind: 'process that asks for no signatures beside one that does, with all approvals made up',
  code: 'process-unsigned',
  async forge(lab) {
    const { git, policy } = lab.company;
    const lax = policy.replace('mode: required', 'mode: unsigned').replace('name: standard', 'name: lax');
    git.commit({ 'relctl/process/lax-3.0.yaml': lax }, 'A process that asks for no signatures');
    lab.write(madeUpDeployment(lab), lab.head.replace('process: standard@3.0', 'process: lax@3.0'));
    return undefined;
  },
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
              const all = lab.copy();
              const honest = all.slice(0, cutAt(lab, station));
              const made = WAY.slice(BEHIND[station], target + 1).map(([name, actor, data]) =>
                eventOf(honest, name, actor, data(lab)),
              );
              lab.write(change(honest, made, all));
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
