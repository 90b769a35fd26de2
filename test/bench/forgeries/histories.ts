import { actDigest } from '../../../src/domain/signing/statement.ts';
import { POLICY_FILE, writeUncommitted } from '../../support/signed-company.ts';
import type { Forgery } from './forgery.ts';
import type { ForgeryLab, Loose } from './lab.ts';

/** Forgeries of the record: plans changed after they were approved, histories cut, reordered and made up, rules got round. */

function plan(kind: string, field: string, code: string, change: (head: string) => string, act = 'cab'): Forgery {
  return {
    kind,
    field,
    code,
    async forge(lab) {
      const head = change(lab.head);
      if (head === lab.head) throw new Error(`${field} does not change the plan`);
      lab.write(lab.copy(), head);
      return lab.indexOf(act);
    },
  };
}

const set = (pattern: RegExp, by: string) => (head: string) => head.replace(pattern, by);

const PLANS: readonly Forgery[] = [
  ...(
    [
      ['candidate.commit', /commit: [0-9a-f]{40}/, `commit: ${'d'.repeat(40)}`],
      ['services.image', /web:4\.2\.0/, 'web:6.6.6'],
      ['window.start', /start: 2026-12-03T14:00/, 'start: 2026-12-03T13:00'],
      ['owners.cab', /carlos@example\.com/, 'mallory@example.com'],
      ['owners.operations', /omar@example\.com\n/, 'omar@example.com\n      - mallory@example.com\n'],
      ['canary.share', /share: 1%/, 'share: 15%'],
      ['migrations.up', /- up\n/, '- drop\n'],
      ['smokeTests', /home page/, 'no page'],
      ['slos.objective', /objective: 99\.5%/, 'objective: 1%'],
      ['rollback.expectedMinutes', /expectedMinutes: 10/, 'expectedMinutes: 1000'],
      ['risk.level', /level: medium/, 'level: low'],
      ['metadata.feature', /feature: Wallet checkout/, 'feature: Nothing at all'],
    ] as [string, RegExp, string][]
  ).map(([field, pattern, by]) => plan('plan edited after it was approved', field, 'spec-changed', set(pattern, by))),
  ...(['cab', 'qa', 'ops', 'condition', 'submit'] as const).map((act) =>
    plan(
      'plan edited after it was approved',
      `bound to ${act}`,
      'spec-changed',
      set(/level: medium/, 'level: low'),
      act,
    ),
  ),
  plan('comment edited after the approval', 'comment', 'text-changed', set(/\nspec:\n/, '\nspec: # approved\n')),
  plan('spaces edited after the approval', 'blank line', 'text-changed', set(/\nspec:\n/, '\n\nspec:\n')),
];

/** Changes the list of events and chains it anew. */
function history(
  kind: string,
  field: string,
  code: string,
  change: (events: Loose[], lab: ForgeryLab) => number | undefined,
): Forgery {
  return {
    kind,
    field,
    code,
    async forge(lab) {
      const events = lab.copy();
      const index = change(events, lab);
      lab.write(events);
      return index;
    },
  };
}

const HISTORIES: readonly Forgery[] = [
  history('event cut out, the rest chained anew', 'notification', 'seen-unknown', (events, lab) => {
    events.splice(lab.indexOf('notification.queued'), 1);
    return lab.indexOf('cab') - 1;
  }),
  history('event put in, the rest chained anew', 'exception', 'seen-unknown', (events, lab) => {
    const index = lab.indexOf('cab');
    const gate = { gate: 'time.cab-lead', reason: 'none', command: 'submit-cab' };
    events.splice(index, 0, { ...(events[index] as Loose), type: 'exception.granted', data: gate });
    return lab.indexOf('cab', 1) + 1;
  }),
  history('exception made up', 'exception.granted', 'signature-missing', (events) => {
    const gate = { gate: 'time.window-open', reason: 'I said so', command: 'deploy' };
    events.push({ ...(events.at(-1) as Loose), type: 'exception.granted', data: gate });
    return events.length - 1;
  }),
  history('events put in another order', 'votes', 'seen-unknown', (events, lab) => {
    const [first, second] = [lab.indexOf('cab'), lab.indexOf('cab', 1)];
    const [one, other] = [events[first] as Loose, events[second] as Loose];
    events[first] = { ...other, at: one.at };
    events[second] = { ...one, at: other.at };
    return first;
  }),
  history('event that nobody signed, dated ahead of the clock', 'notification.sent', 'history.order', (events, lab) => {
    const { key } = (events[lab.indexOf('notification.queued')] as Loose).data;
    const sent = { type: 'notification.sent', data: { key, channel: 'chat' }, at: '2099-01-01T00:00:00.000Z' };
    events.push({ ...(events.at(-1) as Loose), ...sent });
    return undefined;
  }),
  history('end of the history cut off', 'last event', 'history-cut', (events) => {
    events.pop();
    return undefined;
  }),
  history('whole history replaced', 'all events', 'history-rewritten', (events) => {
    for (const event of events) event.at = new Date(Date.parse(event.at) + 1).toISOString();
    return undefined;
  }),
  history('decision that no votes founded', 'cab.decided', 'decision-unfounded', (events, lab) => {
    events.splice(lab.indexOf('cab', 1), 1);
    return lab.indexOf('cab.decided') - 1;
  }),
  history('vote made up without a key', 'cab.voted', 'signature-missing', (events, lab) => {
    const vote = events[lab.indexOf('cab', 1)] as Loose;
    const { signature: _signature, ...data } = vote.data;
    events[lab.indexOf('cab', 1)] = { ...vote, actor: 'carlos@example.com', data };
    return lab.indexOf('cab', 1);
  }),
  history('other images recorded in staging', 'stage.completed', 'images-changed', (events, lab) => {
    const staged = events[lab.indexOf('stage.completed')] as Loose;
    staged.data.images = { web: [`registry.example.com/shop/web@sha256:${'6'.repeat(64)}`] };
    return lab.indexOf('qa');
  }),
  {
    ...history('deployment with other images made up', 'deploy.started', 'approval.genuine', (events) => {
      events.push(...madeUpCanary(events.at(-1) as Loose));
      return undefined;
    }),
    command: 'deploy --promote',
  },
  {
    ...history('canary of a release without sign-offs made up', 'canary.judged', 'history.order', (events, lab) => {
      events.splice(lab.indexOf('ops'), 1);
      events.push(...madeUpCanary(events.at(-1) as Loose));
      return undefined;
    }),
    command: 'deploy --promote',
  },
];

/** What a deployment records up to a verdict; nothing of it is signed. */
function madeUpCanary(last: Loose): Loose[] {
  const { specDigest, textDigest } = last.data;
  const started = {
    ...{
      specDigest,
      textDigest,
      attempt: 1,
      fence: 1,
      strategy: 'shared-service',
      clusters: {},
      steps: ['canary:web'],
    },
    images: { web: `registry.example.com/shop/web@sha256:${'6'.repeat(64)}` },
  };
  const judged = { attempt: 1, verdict: 'pass', elapsedSeconds: 900, reason: 'fine', slos: [] };
  return [
    { ...last, actor: 'omar@example.com', type: 'deploy.started', data: started },
    { ...last, actor: 'omar@example.com', type: 'canary.judged', data: judged },
  ] as Loose[];
}

/** Changes the file without chaining it anew. */
function text(field: string, code: string, change: (whole: string) => string): Forgery {
  return {
    kind: 'file edited, nothing chained anew',
    field,
    code,
    async forge(lab) {
      lab.write(lab.copy());
      const { readFileSync } = await import('node:fs');
      const file = `${lab.company.git.root}/releases/${lab.company.id}.yaml`;
      lab.writeText(change(readFileSync(file, 'utf8')));
      return undefined;
    },
  };
}

const TEXTS: readonly Forgery[] = [
  text('a line of an event', 'plan.chain-broken', (whole) => whole.replace('"decision":"go"', '"decision":"no-go"')),
  text('a line cut out', 'plan.chain-broken', (whole) => whole.replace(/ {4}- \{"seq":2,.*\n/, '')),
  text('lines in another order', 'plan.chain-broken', (whole) =>
    whole.replace(/( {4}- \{"seq":2,.*\n)( {4}- \{"seq":3,.*\n)/, '$2$1'),
  ),
  text('the head', 'plan.chain-broken', (whole) =>
    whole.replace(/\n {2}head: [0-9a-f]{64}/, `\n  head: ${'a'.repeat(64)}`),
  ),
  // The phase is always computed from the events: what the file claims has no effect, and is named all the same.
  {
    ...text('the phase', 'phase-mismatch', (whole) => whole.replace(/\n {2}phase: ready/, '\n  phase: deployed')),
    command: 'verify',
  },
  text('a carriage return alone', 'plan.yaml-syntax', (whole) => whole.replace('\n', '\r')),
];

/** Rules are got round: signatures switched off where the forger can, another process, an older one. */
const RULES: readonly Forgery[] = [
  {
    kind: 'signatures switched off in the work tree',
    field: 'signing.mode',
    code: 'signature-missing',
    async forge(lab) {
      writeUncommitted(lab.company, POLICY_FILE, lab.company.policy.replace('mode: required', 'mode: unsigned'));
      const events = lab.copy();
      delete (events[lab.indexOf('cab')] as Loose).data.signature;
      lab.write(events);
      return lab.indexOf('cab');
    },
  },
  {
    kind: 'clone without the protected branch',
    field: 'refs/heads/main',
    code: 'signatures-unchecked',
    async forge(lab) {
      writeUncommitted(lab.company, POLICY_FILE, lab.company.policy.replace('mode: required', 'mode: unsigned'));
      lab.company.git.git('branch', '--quiet', '-M', 'main', 'elsewhere');
      return undefined;
    },
  },
  {
    kind: 'process that is only in the work tree',
    field: 'metadata.process',
    code: 'policy-not-protected',
    async forge(lab) {
      const lax = lab.company.policy.replace('mode: required', 'mode: unsigned').replace('name: standard', 'name: lax');
      writeUncommitted(lab.company, 'relctl/process/lax-3.0.yaml', lax);
      lab.write(lab.copy(), lab.head.replace('process: standard@3.0', 'process: lax@3.0'));
      return undefined;
    },
  },
  {
    kind: 'older version of the process',
    field: 'metadata.process',
    code: 'policy-rolled-back',
    async forge(lab) {
      const { git, policy } = lab.company;
      git.commit({ 'relctl/process/standard-3.1.yaml': policy.replace('"3.0"', '"3.1"') }, 'Raise the policy');
      return undefined;
    },
  },
  {
    kind: 'policy whose version is not what it is called',
    field: 'version',
    code: 'policy-not-protected',
    async forge(lab) {
      lab.company.git.commit({ [POLICY_FILE]: lab.company.policy.replace('"3.0"', '"2.0"') }, 'Lower the policy');
      return undefined;
    },
  },
  {
    kind: 'policy set back by moving the branch',
    field: 'policy.commit',
    code: 'policy-not-protected',
    async forge(lab) {
      const { git, policy } = lab.company;
      const events = lab.copy();
      const event = events[lab.indexOf('cab')] as Loose;
      const commit = git.commit({ [POLICY_FILE]: `${policy}# stricter\n` }, 'Stricter rules');
      git.git('reset', '--quiet', '--hard', 'HEAD~1');
      await lab.resign(event, {
        statement: ({ predicate }) => {
          predicate.policy.commit = commit;
          predicate.act = actDigest(event as never);
        },
      });
      lab.write(events);
      return lab.indexOf('cab');
    },
  },
];

/** All forgeries of this file. */
export const HISTORY: readonly Forgery[] = [...PLANS, ...HISTORIES, ...TEXTS, ...RULES];
