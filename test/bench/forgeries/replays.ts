import { genesisHash } from '../../../src/plan/chain.ts';
import type { RecordedSignature } from '../../../src/plan/events.ts';
import { STATEMENT_FIELDS } from './edits.ts';
import type { Forgery } from './forgery.ts';
import { type Draft, type ForgeryLab, type Loose, namespaceOf, type Resigning } from './lab.ts';

/** Forgeries with signatures that are good: by the wrong key, or by the right one for something else. */

/** Signs the statement of an act of the honest history anew. */
function signedAnew(
  kind: string,
  field: string,
  code: string,
  act: string,
  change: (lab: ForgeryLab, event: Loose, events: Loose[]) => Resigning,
): Forgery {
  return {
    kind,
    field,
    code,
    async forge(lab) {
      const events = lab.copy();
      const index = lab.indexOf(act);
      const event = events[index] as Loose;
      await lab.resign(event, change(lab, event, events));
      lab.write(events);
      return index;
    },
  };
}

const WRONG_KEYS: readonly Forgery[] = [
  ...STATEMENT_FIELDS.map(([field, statement]) =>
    signedAnew('statement edited, signed with a key of one’s own', field, 'key-unknown', 'cab', () => ({
      statement,
      key: 'mallory@example.com',
    })),
  ),
  ...(['submit', 'cab', 'condition', 'qa', 'ops'] as const).map((act) =>
    signedAnew('signed with a colleague’s key', act, 'key-unknown', act, () => ({ key: 'carlos@example.com' })),
  ),
];

const NAMESPACES: readonly Forgery[] = ['git', 'file', namespaceOf('qa'), namespaceOf('submit')].map((namespace) =>
  signedAnew('signed for another purpose', namespace, 'namespace-mismatch', 'cab', () => ({ namespace })),
);

/** The right namespace recorded over a signature for another. */
const LAUNDERED: Forgery = {
  kind: 'signed for another purpose, the right one recorded',
  field: 'namespace',
  code: 'namespace-mismatch',
  async forge(lab) {
    const events = lab.copy();
    const index = lab.indexOf('cab');
    const event = events[index] as Loose;
    await lab.resign(event, { namespace: 'git' });
    event.data.signature = { ...(event.data.signature as RecordedSignature), namespace: namespaceOf('cab') };
    lab.write(events);
    return index;
  },
};

const OTHERWISE_WRITTEN: readonly Forgery[] = [
  ['spaces', (text: string) => `${text} `],
  ['CRLF', (text: string) => text.replace(',', ',\r\n')],
].map(([field, text]) =>
  signedAnew('signed text that is not canonical', field as string, 'statement-not-canonical', 'cab', () => ({
    text: text as (plain: string) => string,
  })),
);

/** Another digest for one of the things that are decided on. */
function anotherSubject(part: number): (statement: Draft) => void {
  return ({ subject }) => {
    const found = subject[part];
    if (found === undefined) throw new Error(`the statement has no subject ${part}`);
    found.digest.sha256 = 'e'.repeat(64);
  };
}

const MINUTE = 60_000;
const at = (event: Loose, offset: number) => new Date(Date.parse(event.at) + offset).toISOString();

/** Genuine signatures over statements about something else: what a replay looks like. */
const REPLAYS: readonly Forgery[] = [
  ...(
    [
      ['release', 'wrong-release', '2026-11-other'],
      ['repository', 'wrong-repository', 'git.example.com/shop/fork'],
      ['environment', 'wrong-environment', 'staging'],
      ['role', 'wrong-role', 'hypercare'],
      ['round', 'wrong-round', 7],
      ['decision', 'decision-mismatch', 'no-go'],
      ['onBehalfOf', 'delegator-mismatch', 'carlos@example.com'],
      ['checks', 'checks-mismatch', 'e'.repeat(64)],
      ['act', 'act-mismatch', 'e'.repeat(64)],
    ] as const
  ).map(([field, code, value]) =>
    signedAnew('replayed: genuinely signed for something else', field, code, 'cab', () => ({
      statement: (statement) => {
        statement.predicate[field] = value;
      },
    })),
  ),
  ...(
    [
      [0, 'spec', 'spec-changed'],
      [1, 'text', 'text-changed'],
    ] as const
  ).map(([part, field, code]) =>
    signedAnew('replayed: genuinely signed for another plan', field, code, 'cab', () => ({
      statement: anotherSubject(part),
    })),
  ),
  signedAnew('replayed: genuinely signed for another plan', 'names of subjects', 'wrong-release', 'cab', () => ({
    statement: ({ subject }) => {
      for (const one of subject) one.name = one.name.replace('2026-12', '2026-11');
    },
  })),
  ...(['qa', 'ops'] as const).map((act) =>
    signedAnew('replayed: genuinely signed for other images', act, 'images-changed', act, () => ({
      statement: anotherSubject(2),
    })),
  ),
  signedAnew('replayed: signed before anything was staged', 'qa', 'images-changed', 'qa', () => ({
    statement: ({ subject }) => {
      subject.pop();
    },
  })),
];

const POLICIES: readonly Forgery[] = [
  ...(
    [
      ['process', 'policy-of-another-process', 'standard@9.0'],
      ['commit', 'policy-not-protected', 'e'.repeat(40)],
      ['sha256', 'policy-mismatch', 'e'.repeat(64)],
      ['version', 'policy-mismatch', '2.0'],
    ] as const
  ).map(([field, code, value]) =>
    signedAnew('signed under other rules', field, code, 'cab', () => ({
      statement: (statement) => {
        statement.predicate.policy[field] = value;
      },
    })),
  ),
  {
    kind: 'signed under rules of a branch that was never merged',
    field: 'policy.commit',
    code: 'policy-not-protected',
    async forge(lab) {
      const { git, policy } = lab.company;
      git.git('checkout', '--quiet', '-b', 'evil');
      const commit = git.commit({ 'relctl/process/standard-3.0.yaml': `${policy}# harmless\n` }, 'Rules of mine');
      git.git('checkout', '--quiet', 'main');
      git.git('branch', '--quiet', '-D', 'evil');
      const events = lab.copy();
      const index = lab.indexOf('cab');
      await lab.resign(events[index] as Loose, {
        statement: ({ predicate }) => {
          predicate.policy.commit = commit;
        },
      });
      lab.write(events);
      return index;
    },
  },
];

const TIMES: readonly Forgery[] = [
  signedAnew('signed later than it was taken in', 'issuedAt', 'issued-in-future', 'cab', (_, event) => ({
    statement: ({ predicate }) => {
      predicate.issuedAt = at(event, MINUTE);
    },
  })),
  signedAnew('backdated signature', 'issuedAt, two days', 'taken-in-late', 'cab', (_, event) => ({
    statement: ({ predicate }) => {
      predicate.issuedAt = at(event, -2 * 1440 * MINUTE);
    },
  })),
  signedAnew('backdated signature', 'issuedAt, before what was seen', 'issued-before-seen', 'cab', (_, event) => ({
    statement: ({ predicate }) => {
      predicate.issuedAt = at(event, -60 * MINUTE);
      predicate.expiresAt = at(event, 60 * 24 * MINUTE * 20);
    },
  })),
  {
    kind: 'approval that is dated in the future',
    field: 'at and issuedAt',
    code: 'from-the-future',
    async forge(lab) {
      const events = lab.copy();
      const index = events.length - 1;
      const event = events[index] as Loose;
      event.at = at(event, 30 * 1440 * MINUTE);
      await lab.resign(event, {
        statement: ({ predicate }) => {
          predicate.issuedAt = event.at;
          predicate.expiresAt = at(event, 1440 * MINUTE);
        },
      });
      lab.write(events);
      return index;
    },
  },
  {
    kind: 'signature of today dated back to when its key was good',
    field: 'at and issuedAt',
    code: 'dated-back',
    async forge(lab) {
      const events = lab.copy();
      const index = lab.indexOf('ops');
      const event = events[index] as Loose;
      event.at = at(event, -60 * MINUTE);
      await lab.resign(event, {
        statement: ({ predicate }) => {
          predicate.issuedAt = event.at;
          predicate.expiresAt = at(event, 1440 * MINUTE);
        },
      });
      lab.write(events);
      return index;
    },
  },
  signedAnew('approval that has expired', 'expiresAt', 'approval-expired', 'cab', (_, event) => ({
    statement: ({ predicate }) => {
      predicate.expiresAt = at(event, 60 * MINUTE);
    },
  })),
  signedAnew(
    'approval that lasts longer than the policy allows',
    'expiresAt',
    'lifetime-too-long',
    'cab',
    (_, event) => ({
      statement: ({ predicate }) => {
        predicate.expiresAt = at(event, 40 * 1440 * MINUTE);
      },
    }),
  ),
];

const SEEN: readonly Forgery[] = [
  ...(
    [
      ['an event of another history', 'seen-unknown', () => 'e'.repeat(64)],
      ['an event that came after', 'seen-unknown', (lab: ForgeryLab) => lab.events.at(-1)?.hash ?? ''],
      ['nothing', 'seen-too-early', (lab: ForgeryLab) => genesisHash(lab.company.id)],
      ['only the draft', 'seen-too-early', (lab: ForgeryLab) => lab.events[0]?.hash ?? ''],
    ] as [string, string, (lab: ForgeryLab) => string][]
  ).map(([field, code, hash]) =>
    signedAnew('signed without having seen what is decided', field, code, 'cab', (lab) => ({
      statement: ({ predicate }) => {
        predicate.seen = hash(lab);
      },
    })),
  ),
  signedAnew('signed without having seen what is decided', 'before it was staged', 'seen-too-early', 'qa', (lab) => ({
    statement: ({ predicate }) => {
      predicate.seen = lab.events[lab.indexOf('cab')]?.hash ?? '';
    },
  })),
  {
    kind: 'the same signed statement used twice',
    field: 'nonce',
    code: 'nonce-reused',
    async forge(lab) {
      const events = lab.copy();
      events.push(structuredClone(events.at(-1) as Loose));
      lab.write(events);
      return events.length - 1;
    },
  },
];

/** All forgeries of this file. */
export const REPLAYED: readonly Forgery[] = [
  ...WRONG_KEYS,
  ...NAMESPACES,
  LAUNDERED,
  ...OTHERWISE_WRITTEN,
  ...REPLAYS,
  ...POLICIES,
  ...TIMES,
  ...SEEN,
];
