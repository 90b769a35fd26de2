import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decide, type ProcessCommand } from '../../../src/domain/process/process.ts';
import { audit } from '../../../src/usecases/audit.ts';
import type { Entry } from '../../../src/usecases/release/journal.ts';
import { openRelease } from '../../../src/usecases/release/open.ts';
import { lookedUp } from '../../../src/usecases/release/pass-gates.ts';
import { signoffCab } from '../../../src/usecases/signoff-cab.ts';
import { PEOPLE, SAMPLE_FILE } from '../../support/sample-plan.ts';
import type { Forgery } from './forgery.ts';
import type { ForgeryLab, Loose } from './lab.ts';

/**
 * What takes an approval or a deployment back, signed and committed, and then taken out, edited or moved by somebody without a key; and the same put in
 * by them. The step that it shut stays shut, and the audit is not clean.
 */
interface Revoking {
  readonly entry: (lab: ForgeryLab) => Entry;
  readonly by: string;
  /** What is signed before it, by whoever deploys. */
  readonly before?: (lab: ForgeryLab) => readonly Entry[];
  /** The step that it shuts. */
  readonly shuts: ProcessCommand;
}

const [OLGA] = PEOPLE.operations;
const subject = (lab: ForgeryLab) => {
  const { specDigest, textDigest } = (lab.events[lab.indexOf('submit')] as unknown as Loose).data as {
    readonly specDigest: string;
    readonly textDigest: string;
  };
  return { specDigest, textDigest };
};
const attempt = 1;
const canary = (lab: ForgeryLab): readonly Entry[] => [
  [
    'deploy.started',
    { ...subject(lab), attempt, fence: 1, strategy: 'shared-service', clusters: {}, steps: [], images: {} },
  ],
  ['canary.judged', { attempt, verdict: 'pass', elapsedSeconds: 900, reason: 'fine', slos: [] }],
];
const deployed = (lab: ForgeryLab): readonly Entry[] => [
  ...canary(lab),
  ['canary.promoted', { attempt, reason: 'fine' }],
  ['deploy.completed', { attempt, images: {} }],
];
const back: Entry = ['rollback.started', { attempt, reason: 'it fails', fence: 1 }];

const REVOKING: Readonly<Record<string, Revoking>> = {
  'plan.reopened': {
    by: PEOPLE.rdLead,
    entry: (lab) => ['plan.reopened', { ...subject(lab), reason: 'it loses money' }],
    shuts: 'deploy',
  },
  'stage.started': {
    by: PEOPLE.rdLead,
    entry: (lab) => ['stage.started', { ...subject(lab), attempt: 2, commit: 'c' }],
    shuts: 'deploy',
  },
  'deploy.aborted': {
    by: OLGA,
    before: canary,
    entry: () => ['deploy.aborted', { attempt, reason: 'stop' }],
    shuts: 'deploy --promote',
  },
  'rollback.started': { by: OLGA, before: canary, entry: () => back, shuts: 'deploy --resume' },
  'release.frozen': {
    by: OLGA,
    before: deployed,
    entry: () => ['release.frozen', { attempt, reason: 'it cannot be undone', migration: 'add-wallet-table' }],
    shuts: 'verify',
  },
  'canary.held': {
    by: OLGA,
    before: canary,
    entry: () => ['canary.held', { attempt, reason: 'interrupted' }],
    shuts: 'deploy --resume',
  },
};

/** What a forger does with the act, which stands last in the history. */
const DONE: Readonly<Record<string, (events: readonly Loose[]) => readonly Loose[]>> = {
  'taken out': (events) => events.slice(0, -1),
  'taken out, and something else written in its place': (events) => [
    ...events.slice(0, -1),
    {
      ...(events.at(-1) as Loose),
      actor: 'relctl',
      type: 'notification.queued',
      data: { key: 'k', topic: 'reminder', text: 'x', channels: ['chat'] },
    },
  ],
  'its signature stripped': (events) => changedLast(events, ({ signature: _signature, ...data }) => data),
  reworded: (events) =>
    changedLast(events, (data) => ({ ...data, ...('reason' in data ? { reason: 'a rehearsal' } : { commit: 'd' }) })),
  'said to be of the sandbox': (events) => [
    ...events.slice(0, -1),
    { ...(events.at(-1) as Loose), simulated: true } as Loose,
  ],
  'moved before what it takes back': (events) => [
    ...events.slice(0, 1),
    { ...(events.at(-1) as Loose), at: events[0]?.at ?? '' },
    ...events.slice(1, -1),
  ],
};

function changedLast(
  events: readonly Loose[],
  change: (data: Record<string, unknown>) => Record<string, unknown>,
): readonly Loose[] {
  const last = events.at(-1) as Loose;
  return [...events.slice(0, -1), { ...last, data: change(last.data) }];
}

const sign = async (lab: ForgeryLab, person: string, entries: readonly Entry[]) => {
  const { company } = lab;
  for (const entry of entries) {
    const { journal } = await openRelease(company.as(person), company.id, { others: false });
    await journal.recordAll([entry]);
  }
};
const history = async ({ company }: ForgeryLab) =>
  structuredClone((await company.plan()).events) as unknown as readonly Loose[];
const commit = ({ company: { git } }: ForgeryLab, what: string) =>
  git.commit({ [SAMPLE_FILE]: readFileSync(join(git.root, SAMPLE_FILE), 'utf8') }, what);

/** True when the step is refused, and the audit has something to say. */
async function isShut({ company, deployer }: ForgeryLab, command: ProcessCommand): Promise<boolean> {
  const context = company.as(deployer);
  const facts = await lookedUp(context, await openRelease(context, company.id), command);
  const { findings } = (await audit(context, company.id)).data as { readonly findings: readonly object[] };
  return decide(command, facts).length > 0 && findings.length > 0;
}

/** Each act, with each thing that is done to it. */
const REVOKED: readonly Forgery[] = Object.entries(REVOKING).flatMap(([type, { by, before, entry, shuts }]) => [
  ...Object.entries(DONE).map(
    ([how, change]): Forgery => ({
      kind: `signed ${type}, ${how}`,
      field: shuts,
      code: 'signed-act-lost',
      async forge(lab) {
        await sign(lab, OLGA, before?.(lab) ?? []);
        await sign(lab, by, [entry(lab)]);
        commit(lab, 'Honest');
        lab.write(change(await history(lab)));
        commit(lab, 'Forged');
        return undefined;
      },
      holds: (lab) => isShut(lab, shuts),
    }),
  ),
  // That it is held unsigned shuts nothing for a person; nobody goes on with it for them.
  ...(type === 'canary.held'
    ? []
    : [
        {
          kind: `${type} put in unsigned`,
          field: shuts,
          code: 'signature-missing',
          async forge(lab: ForgeryLab) {
            await sign(lab, OLGA, before?.(lab) ?? []);
            const events = await history(lab);
            const [, data] = entry(lab);
            const at = events.at(-1)?.at ?? '';
            lab.write([...events, { at, actor: by, type, data } as unknown as Loose]);
            return undefined;
          },
          holds: (lab: ForgeryLab) => isShut(lab, shuts),
        },
      ]),
]);

/** What would end a hold, and what would pass for one. */
const HOLDS: readonly Forgery[] = (
  [
    ['deploy.resumed', { attempt, fence: 2, reason: 'x' }, true],
    ['canary.promoted', { attempt, reason: 'fine' }, true],
    ['step.intended', { attempt, step: 'rollout:web@production', fence: 2 }, true],
    ['canary.held', { attempt, reason: 'a machine' }, true],
    ['canary.held', { attempt, reason: 'a machine' }, false],
  ] as const
).map(
  ([type, data, isHeld]): Forgery => ({
    kind: `${type} put in unsigned behind ${isHeld ? 'a hold' : 'a verdict'}`,
    field: 'who holds it',
    code: 'held',
    async forge(lab) {
      await sign(lab, OLGA, [
        ...canary(lab),
        ...(isHeld ? [['canary.held', { attempt, reason: 'stop' }] as const] : []),
      ]);
      const events = await history(lab);
      const made = { at: events.at(-1)?.at ?? '', actor: 'releases@example.com', type, data };
      lab.write([...events, made as unknown as Loose]);
      return undefined;
    },
    async holds({ company }) {
      const { held } = (await openRelease(company.as(OLGA), company.id)).journal.state.deployment ?? {};
      return isHeld ? held?.proved === true && held.by === OLGA : held?.proved === false;
    },
  }),
);

/** A member takes their Go back, which is signed; that the board decides No-Go by that is not. */
const COUNTED: readonly Forgery[] = [true, false].map(
  (isSwapped): Forgery => ({
    kind: `the decision that a Go taken back makes, ${isSwapped ? 'put before the vote' : 'taken out'}`,
    field: 'cab.decided',
    code: 'cab.go',
    async forge(lab) {
      const { company } = lab;
      const noGo = { decision: 'no-go' as const, conditions: [], comment: 'a hole' };
      await signoffCab(company.as(PEOPLE.cab[1]), company.id, noGo);
      const events = await history(lab);
      const at = events.findLastIndex(({ type }) => type === 'cab.decided');
      const [vote, decided] = events.slice(at - 1, at + 1) as [Loose, Loose];
      lab.write([...events.slice(0, at - 1), ...(isSwapped ? [decided, vote] : [vote])]);
      return undefined;
    },
    holds: (lab) => isShut(lab, 'deploy'),
  }),
);

/** The state keeps exceptions when a plan is reopened, so that they are not void whole. */
const KEPT: Forgery = {
  kind: 'exception that nobody signed, and an honest reopening behind it',
  field: 'exception.granted',
  code: 'signature-missing',
  async forge(lab) {
    const events = await history(lab);
    const data = { gate: 'time.window-open', reason: 'x', command: 'deploy' };
    const made = { at: events.at(-1)?.at ?? '', actor: OLGA, type: 'exception.granted', data };
    lab.write([...events, made as unknown as Loose]);
    await sign(lab, PEOPLE.rdLead, [['plan.reopened', { ...subject(lab), reason: 'mended' }]]);
    return events.length;
  },
};

/** Tried on a release that may be deployed. */
export const REVOKING_ACTS: readonly Forgery[] = [...REVOKED, ...HOLDS, ...COUNTED, KEPT];
