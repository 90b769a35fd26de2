import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decide } from '../../../src/domain/process/process.ts';
import { givenAt } from '../../../src/domain/signing/given-at.ts';
import { readStatement } from '../../../src/domain/signing/statement.ts';
import { RelctlError } from '../../../src/errors.ts';
import type { EventOf, EventType } from '../../../src/plan/events.ts';
import type { SettingsPart } from '../../../src/ports/reviewed-settings.ts';
import { bindingDifferences } from '../../../src/usecases/binding/bind.ts';
import { reviewedSettings } from '../../../src/usecases/binding/reviewed.ts';
import type { Context } from '../../../src/usecases/release/context.ts';
import { messageOf, recorded } from '../../../src/usecases/release/message.ts';
import { openRelease } from '../../../src/usecases/release/open.ts';
import { loadConfig } from '../../../src/usecases/release/settings.ts';
import { lookAtRelease } from '../../../src/usecases/signing/look.ts';
import { status } from '../../../src/usecases/status.ts';
import { PEOPLE, SAMPLE_FILE } from '../../support/sample-plan.ts';
import { SIGNERS_FILE, signerLine, writeUncommitted } from '../../support/signed-company.ts';
import type { Forgery } from './forgery.ts';
import type { ForgeryLab, Loose } from './lab.ts';

/**
 * Forgeries that need no signature: an unsigned event, or a file, that would relax a check, silence a person or a message, or make a page say what is
 * not proved. Each is refused where it relaxes nothing.
 */

const opened = (lab: ForgeryLab, person = lab.deployer) => openRelease(lab.company.as(person), lab.company.id);
const subject = (lab: ForgeryLab) => {
  const { specDigest, textDigest } = (lab.events[lab.indexOf('submit')] as unknown as Loose).data;
  return { specDigest, textDigest };
};
const unsigned = (before: readonly Loose[], type: string, actor: string, data: object): Loose =>
  ({ at: before.at(-1)?.at ?? '', actor, type, data }) as unknown as Loose;
const upTo = (lab: ForgeryLab, type: string) =>
  lab.copy().slice(0, lab.events.findIndex((one) => one.type === type) + 1);
const text = (lab: ForgeryLab) => readFileSync(join(lab.company.git.root, SAMPLE_FILE), 'utf8');

/** Members of the board who are named as authors by somebody else keep their No-Go. */
const AUTHORS: readonly Forgery[] = (['plan.created', 'plan.revised', 'plan.reopened'] as const).flatMap((type) =>
  PEOPLE.cab.map(
    (person): Forgery => ({
      kind: `unsigned ${type} in the name of a member of the board`,
      field: person,
      code: 'cab.not-author',
      async forge(lab) {
        const honest = upTo(lab, 'cab.submitted');
        const made = unsigned(honest.slice(0, 1), type, person, { ...subject(lab), reason: 'mended' });
        if (type !== 'plan.reopened') delete made.data.reason;
        lab.write([...honest.slice(0, 1), made, ...honest.slice(1)]);
        return undefined;
      },
      async holds(lab) {
        const release = await opened(lab, person);
        const refusals = decide('signoff cab', { ...release.facts(person), objects: true });
        return !refusals.some(({ gate }) => gate === 'cab.not-author' || gate === 'cab.member');
      },
    }),
  ),
);

/** What was done to the data is what somebody signed. */
const STEPS: readonly Forgery[] = [
  ['step.completed', 'undo:migrations', { detail: '1 undone' }],
  ['step.failed', 'job:', { code: 'not-run', reason: 'never let run' }],
  ['step.failed', 'migrate:', { code: 'not-run', reason: 'never let run' }],
].map(
  ([type, step, more]): Forgery => ({
    kind: `unsigned ${type as string} of what was done to the data`,
    field: step as string,
    code: 'order-impossible',
    async forge(lab) {
      const all = lab.copy();
      const known = all.find(
        (one) => one.type === 'step.completed' && String(one.data.step).startsWith(step as string),
      );
      const name = known === undefined ? step : known.data.step;
      lab.write([
        ...all,
        unsigned(all, type as string, PEOPLE.operations[0], { attempt: 1, step: name, ...(more as object) }),
      ]);
      return undefined;
    },
    async holds(lab) {
      const { deployment } = (await opened(lab)).journal.state;
      const ends = [...(deployment?.steps ?? [])].filter(([name]) => name.startsWith(step as string));
      return ends.every(([, one]) =>
        step === 'undo:migrations' ? !one.proved : one.state === 'completed' && one.proved,
      );
    },
  }),
);

/** relctl.yaml of a branch that nobody reviewed. */
const SETTINGS: readonly Forgery[] = (
  [
    [
      'environments',
      (config) => ({ ...config, probes: [{ url: 'https://evil.example.com', headers: {}, headersFrom: {} }] }),
    ],
    ['incidents', (config) => ({ ...config, incidents: { kind: 'pagerduty', url: 'https://evil.example.com' } })],
    [
      'changeRecord',
      (config) => ({ ...config, changeRecord: { kind: 'servicenow', api: 'https://evil.example.com' } }),
    ],
    [
      'channel evil',
      (config) => ({ ...config, notifications: [{ name: 'evil', kind: 'webhook', url: 'https://evil.example.com' }] }),
    ],
  ] as readonly (readonly [SettingsPart, (config: Context['config']) => unknown])[]
).map(
  ([part, change]): Forgery => ({
    kind: 'relctl.yaml of a branch says where secrets go',
    field: part,
    code: 'config.unreviewed',
    forge: async () => undefined,
    async holds(lab) {
      const context = lab.company.as(lab.deployer);
      const merged = await loadConfig(context.workspace);
      return isUnreviewed(reviewedSettings({ ...context, config: change(merged) as Context['config'] }).require(part));
    },
  }),
);

/** Files that a program reads and no command names. */
const READ_BY_PROGRAMS: readonly Forgery[] = [
  ['the settings of npm', '.npmrc'],
  ['a conftest.py above the tests', 'tests/conftest.py'],
  ['a module', 'checks/smoke.py'],
  ['a script of package.json', 'scripts/tell.sh'],
  ['a program among the records', 'releases/run.sh'],
].map(
  ([what, file]): Forgery => ({
    kind: 'file of a branch that a program reads and no command names',
    field: what as string,
    code: 'config.unreviewed',
    async forge(lab) {
      const { git } = lab.company;
      const config = readFileSync(join(git.root, 'relctl.yaml'), 'utf8').replace(/^notifications:.*\n/m, '');
      const channel = 'notifications:\n  - { name: chat, kind: command, command: [npm, run, tell] }\n';
      git.commit({ 'relctl.yaml': `${config}${channel}` }, 'Tell people');
      git.git('checkout', '--quiet', '-B', 'evil');
      git.commit({ [file as string]: 'x\n' }, 'Tidy');
      return undefined;
    },
    async holds(lab) {
      const context = lab.company.as(lab.deployer);
      const config = await loadConfig(context.workspace);
      return isUnreviewed(reviewedSettings({ ...context, config }).require('channel chat'));
    },
  }),
);

/** A Go is as old as its signature, whatever its event is dated. */
const EXPIRY: readonly Forgery[] = [1, 23, 23.9].map(
  (hours): Forgery => ({
    kind: 'Go whose record was dated later, so that it would expire later',
    field: `by ${hours} h`,
    code: 'cab.not-expired',
    async forge(lab) {
      const events = lab.copy();
      const vote = events[lab.indexOf('cab')] as Loose;
      const later = Date.parse(vote.at) + hours * 3_600_000;
      for (const event of events.slice(lab.indexOf('cab'))) {
        event.at = new Date(Math.max(later, Date.parse(event.at))).toISOString();
      }
      lab.write(events);
      return undefined;
    },
    async holds(lab) {
      const { events } = await lab.company.plan();
      const vote = events.find((one) => one.type === 'cab.voted') as EventOf<'cab.voted'>;
      const read = readStatement(vote.data.signature?.statement ?? '');
      return typeof read === 'object' && Date.parse(givenAt(vote)) <= Date.parse(read.predicate.issuedAt);
    },
  }),
);

const LINES: Readonly<Record<string, (line: string, lab: ForgeryLab, person: string) => readonly string[]>> = {
  'has left since': () => [],
  'has another key since': (_, lab, person) => [
    signerLine(person, ['cab', 'qa', 'ops'], lab.company.publicKey('mallory@example.com')).trimEnd(),
  ],
  'may sign something else since': (line) => [line.replace(/namespaces="[^"]*"/, 'namespaces="git"')],
};

/** A signed act is asked for still, whatever became of its signer's line. */
const LOST: readonly Forgery[] = (['cab', 'qa', 'ops'] as const).flatMap((act) =>
  Object.entries(LINES).map(
    ([how, change]): Forgery => ({
      kind: `signed act taken out whose signer ${how}`,
      field: act,
      code: 'signed-act-lost',
      async forge(lab) {
        const events = lab.copy();
        const { actor } = events[lab.indexOf(act)] as Loose;
        const lines = lab.company.signers.split('\n');
        const signers = lines.flatMap((line) => (line.startsWith(`${actor} `) ? change(line, lab, actor) : [line]));
        lab.company.git.commit({ [SIGNERS_FILE]: signers.join('\n') }, 'Keys');
        lab.write(events.filter((_, index) => index !== lab.indexOf(act)));
        return undefined;
      },
    }),
  ),
);

/** A signed history is replaced by one of the sandbox. */
const SIMULATED: readonly Forgery[] = ['the same text', 'another text', 'nothing recorded'].map(
  (what): Forgery => ({
    kind: 'signed history replaced by one of the sandbox',
    field: what,
    code: 'signed-act-lost',
    async forge(lab) {
      const events = lab.copy().map(({ data, ...event }) => {
        const { signature: _signature, ...rest } = data;
        return { ...event, data: rest, simulated: true } as unknown as Loose;
      });
      const head = what === 'another text' ? lab.head.replace(/feature: .*/, 'feature: Something else') : lab.head;
      lab.write(what === 'nothing recorded' ? [] : events, head);
      return undefined;
    },
  }),
);

/** The board reads what was submitted. */
const PACKET: readonly Forgery[] = ['cab-packet-1.md', 'cab-packet-1.html', 'bound-1.json'].map(
  (file): Forgery => ({
    kind: 'kept file of the submission edited',
    field: file,
    code: 'bound.same',
    async forge(lab) {
      const path = `releases/${lab.company.id}/${file}`;
      const before = readFileSync(join(lab.company.git.root, path), 'utf8');
      writeUncommitted(lab.company, path, before.replaceAll('a', 'b'));
      return undefined;
    },
    async holds(lab) {
      const { journal, policy } = await opened(lab);
      try {
        const found = await bindingDifferences(lab.company.as(lab.deployer), journal.plan, policy, journal.state);
        return found.length > 0;
      } catch (error) {
        return error instanceof RelctlError;
      }
    },
  }),
);

const TOLD: readonly (readonly [
  topic: 'deploy.starting' | 'cab.submitted' | 'deploy.complete',
  occasion: string,
  type: EventType,
])[] = [
  ['deploy.starting', 'attempt 2', 'deploy.started'],
  ['cab.submitted', 'round 2', 'cab.submitted'],
  ['deploy.complete', 'attempt 2', 'verify.recorded'],
];

/** People are told what happens, whatever was queued before it does. */
const MESSAGES: readonly Forgery[] = TOLD.flatMap(([topic, occasion, type]) =>
  [false, true].map((isSent): Forgery => {
    const number = Number(occasion.split(' ')[1]);
    const told = recorded(type, type === 'cab.submitted' ? { round: number } : { attempt: number });
    const message = async (lab: ForgeryLab) =>
      messageOf(
        {
          environments: { simulated: false },
          notifier: { channelsFor: () => [{ name: 'chat', required: false }], send: async () => undefined },
        },
        await opened(lab),
        topic,
        occasion,
        {},
        [told],
      );
    return {
      kind: `unsigned message queued before what it tells of${isSent ? ', and said to be sent' : ''}`,
      field: topic,
      code: 'told',
      async forge(lab) {
        const all = lab.copy();
        const { key } = await message(lab);
        const queued = unsigned(all, 'notification.queued', 'relctl', {
          key,
          topic,
          text: 'nothing',
          channels: ['chat'],
        });
        const sent = unsigned(all, 'notification.sent', 'relctl', { key, channel: 'chat' });
        lab.write([...all, queued, ...(isSent ? [sent] : [])]);
        return undefined;
      },
      holds: async (lab) => (await message(lab)).entries.length === 1,
    };
  }),
);

/** Pages repeat nothing that nobody signed as a fact. */
const PAGES: readonly Forgery[] = [
  {
    kind: 'unsigned change record',
    field: 'number and page in status',
    code: 'claimed',
    async forge(lab) {
      const all = lab.copy();
      const data = { correlation: 'x', system: 'jira', key: 'K', number: 'CHG-1', url: 'https://evil.example.com/' };
      lab.write([...all, unsigned(all, 'change-record.linked', 'relctl', data)]);
      return undefined;
    },
    async holds(lab) {
      const told = JSON.stringify(await status(lab.company.as(lab.deployer), lab.company.id));
      return told.includes('"claimed":true') && !told.includes('evil.example.com');
    },
  },
  ...[false, true].map(
    (simulated): Forgery => ({
      kind: 'deployment made up behind a signed history',
      field: simulated ? 'list, where the branch says that it is the sandbox' : 'list',
      code: 'claimed',
      async forge(lab) {
        const all = lab.copy();
        const begun = { ...subject(lab), attempt: 1, fence: 1, strategy: 'x', clusters: {}, steps: [], images: {} };
        lab.write([
          ...all,
          unsigned(all, 'deploy.started', PEOPLE.operations[1], begun),
          unsigned(all, 'canary.promoted', PEOPLE.operations[1], { attempt: 1, reason: 'fine' }),
          unsigned(all, 'deploy.completed', PEOPLE.operations[1], { attempt: 1, images: {} }),
        ]);
        return undefined;
      },
      async holds(lab) {
        const context = lab.company.as(lab.deployer);
        return (await lookAtRelease({ ...context, environments: { simulated } }, lab.company.id)).claimed;
      },
    }),
  ),
  ...(['qa', 'ops', 'cab'] as const).map(
    (act): Forgery => ({
      kind: 'signed act taken out by a merge that keeps the file of before',
      field: `list, without ${act}`,
      code: 'not proved',
      async forge(lab) {
        const { git } = lab.company;
        const tip = git.git('rev-parse', 'HEAD');
        git.git('checkout', '--quiet', '-B', 'evil', `${tip}~1`);
        mkdirSync(join(git.root, 'releases'), { recursive: true });
        lab.write(lab.copy().slice(0, lab.indexOf(act)));
        git.commit({ [SAMPLE_FILE]: text(lab) }, 'Before');
        git.git('merge', '--quiet', '-s', 'ours', '-m', 'Merge', tip);
        return undefined;
      },
      async holds(lab) {
        const found = await lookAtRelease(lab.company.as(lab.deployer), lab.company.id);
        return found.claimed && found.approvals === 'not proved';
      },
    }),
  ),
];

/** Tried on a release that may be deployed. */
export const RELAXING: readonly Forgery[] = [
  ...AUTHORS,
  ...SETTINGS,
  ...READ_BY_PROGRAMS,
  ...EXPIRY,
  ...LOST,
  ...SIMULATED,
  ...PACKET,
  ...MESSAGES,
  ...PAGES,
];

/** Tried on a release that was deployed. */
export const RELAXING_AFTER: readonly Forgery[] = STEPS;

async function isUnreviewed(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    return error instanceof RelctlError && error.code === 'config.unreviewed';
  }
}
