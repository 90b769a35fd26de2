import type { RecordedSignature } from '../../../src/plan/events.ts';
import type { Forgery } from './forgery.ts';
import type { Draft, ForgeryLab, Loose } from './lab.ts';

/** Forgeries of who can write the file but has nobody's key: events, signatures and statements are changed as they lie there. */

const SIGNED = ['submit', 'cab', 'condition', 'qa', 'ops'] as const;
const DAY = 86_400_000;

/** Changes one event of the honest history. */
function edit(kind: string, field: string, code: string, act: string, change: (event: Loose) => void): Forgery {
  return {
    kind,
    field,
    code,
    async forge(lab) {
      const events = lab.copy();
      const index = lab.indexOf(act);
      change(events[index] as Loose);
      lab.write(events);
      return index;
    },
  };
}

const dataEdits: readonly Forgery[] = (
  [
    ['cab', 'comment', 'act-mismatch', 'changed'],
    ['cab', 'operationalReadiness', 'act-mismatch', false],
    ['cab', 'securityReview', 'act-mismatch', false],
    ['cab', 'impactAssessment', 'act-mismatch', false],
    ['cab', 'conditions', 'act-mismatch', []],
    ['cab', 'decision', 'decision-mismatch', 'no-go'],
    ['cab', 'onBehalfOf', 'delegator-mismatch', 'carlos@example.com'],
    ['cab', 'specDigest', 'act-mismatch', 'f'.repeat(64)],
    ['cab', 'textDigest', 'act-mismatch', 'f'.repeat(64)],
    ['cab', 'round', 'act-mismatch', 2],
    ['qa', 'decision', 'decision-mismatch', 'reject'],
    ['qa', 'checks', 'checks-mismatch', []],
    ['qa', 'evidence', 'checks-mismatch', []],
    ['qa', 'stageAttempt', 'act-mismatch', 2],
    ['qa', 'comment', 'act-mismatch', 'changed'],
    ['ops', 'checks', 'checks-mismatch', [{ name: 'readiness', ok: true, detail: 'all good' }]],
    ['ops', 'role', 'namespace-mismatch', 'qa'],
    ['condition', 'evidence', 'act-mismatch', 'nothing'],
    ['condition', 'condition', 'act-mismatch', 'another'],
    ['submit', 'packet', 'act-mismatch', { file: 'other.md', sha256: 'f'.repeat(64) }],
  ] as const
).map(([act, field, code, value]) =>
  edit('event changed after it was signed', `${act}.${field}`, code, act, (event) => {
    event.data[field] = value;
  }),
);

const envelopeEdits: readonly Forgery[] = [
  ...SIGNED.map((act) =>
    edit('event given to another person', `${act}.actor`, 'actor-mismatch', act, (event) => {
      event.actor = 'chen@example.com' === event.actor ? 'carlos@example.com' : 'chen@example.com';
    }),
  ),
  edit('event dated before it was signed', 'qa.at', 'issued-in-future', 'qa', (event) => {
    event.at = new Date(Date.parse(event.at) - 1).toISOString();
  }),
  edit('event taken in days after it was signed', 'ops.at', 'taken-in-late', 'ops', (event) => {
    event.at = new Date(Date.parse(event.at) + 2 * DAY).toISOString();
  }),
  ...SIGNED.map((act) =>
    edit('rehearsed event passed off as real', `${act}.simulated`, 'simulated', act, (event) => {
      (event as { simulated?: true }).simulated = true;
    }),
  ),
];

const stripped: readonly Forgery[] = SIGNED.map((act) =>
  edit('signature stripped (downgrade)', act, 'signature-missing', act, (event) => {
    delete event.data.signature;
  }),
);

/** Changes the recorded signature of an event. */
function signatureEdit(
  kind: string,
  field: string,
  code: string,
  change: (signature: { -readonly [K in keyof RecordedSignature]: string }) => void,
  act = 'cab',
): Forgery {
  return edit(kind, field, code, act, (event) => {
    const signature = { ...(event.data.signature as RecordedSignature) };
    change(signature);
    event.data.signature = signature;
  });
}

const armorEdits: readonly Forgery[] = [
  ['garbage', () => 'garbage'],
  ['cut short', (armor: string) => armor.slice(0, -60)],
  ['with CRLF', (armor: string) => armor.replaceAll('\n', '\r\n')],
  ['of PGP', (armor: string) => armor.replaceAll('SSH', 'PGP')],
  ['with bytes behind', (armor: string) => armor.replace('\n-----END', 'AAAA\n-----END')],
].map(([field, change]) =>
  signatureEdit('signature that is none', field as string, 'signature-malformed', (signature) => {
    signature.signature = (change as (armor: string) => string)(signature.signature);
  }),
);

const recordEdits: readonly Forgery[] = [
  signatureEdit('another key recorded', 'keyFingerprint', 'fingerprint-mismatch', (signature) => {
    signature.keyFingerprint = `SHA256:${'A'.repeat(43)}`;
  }),
  signatureEdit('another namespace recorded', 'namespace', 'namespace-mismatch', (signature) => {
    signature.namespace = 'qa-signoff@relctl.dev';
  }),
  ...(
    [
      ['spaces', (text) => ` ${text}`, 'statement-not-canonical'],
      ['CRLF', (text) => `${text}\r\n`, 'statement-not-canonical'],
      ['order of keys', (text) => reorder(text), 'statement-not-canonical'],
      ['a key twice', (text) => text.replace('{"', '{"predicateType":"x","'), 'statement-not-canonical'],
      ['no JSON', () => 'I approve', 'statement-malformed'],
      ['another predicate', (text) => text.replace('decision/v1', 'decision/v2'), 'statement-malformed'],
      ['one field more', (text) => text.replace('"nonce"', '"extra":1,"nonce"'), 'statement-malformed'],
      ['one field less', (text) => text.replace(/"nonce":"[0-9a-f]+",/, ''), 'statement-malformed'],
    ] as [string, (text: string) => string, string][]
  ).map(([field, change, code]) =>
    signatureEdit('statement written otherwise', field, code, (signature) => {
      signature.statement = change(signature.statement);
    }),
  ),
];

/** Every field of a statement, with another value that its schema takes. */
export const STATEMENT_FIELDS: readonly (readonly [field: string, change: (statement: Draft) => void])[] = [
  ...(
    [
      ['repository', 'git.example.com/shop/fork'],
      ['release', '2026-11-other'],
      ['environment', 'staging'],
      ['round', 7],
      ['decision', 'no-go'],
      ['checks', 'e'.repeat(64)],
      ['act', 'e'.repeat(64)],
      ['seen', 'e'.repeat(64)],
      ['onBehalfOf', 'carlos@example.com'],
      ['issuedAt', '2026-11-01T00:00:00.000Z'],
      ['expiresAt', '2027-11-01T00:00:00.000Z'],
      ['nonce', '0'.repeat(32)],
      ['role', 'hypercare'],
    ] as const
  ).map(
    ([field, value]) =>
      [
        field,
        (statement: Draft) => {
          statement.predicate[field] = value;
        },
      ] as const,
  ),
  ...(['process', 'version', 'sha256', 'commit'] as const).map(
    (field) =>
      [
        `policy.${field}`,
        (statement: Draft) => {
          const other = { process: 'standard@9.0', version: '9.0', sha256: 'e'.repeat(64), commit: 'e'.repeat(40) };
          statement.predicate.policy[field] = other[field];
        },
      ] as const,
  ),
  ...[0, 1].map(
    (part) =>
      [
        `subject[${part}]`,
        (statement: Draft) => {
          const subject = statement.subject[part];
          if (subject !== undefined) subject.digest.sha256 = 'e'.repeat(64);
        },
      ] as const,
  ),
];

const statementEdits: readonly Forgery[] = STATEMENT_FIELDS.map(([field, change]) => ({
  kind: 'statement edited, old signature kept',
  field,
  code: 'statement-not-signed',
  async forge(lab: ForgeryLab) {
    const events = lab.copy();
    const index = lab.indexOf('cab');
    const event = events[index] as Loose;
    const before = (event.data.signature as RecordedSignature).signature;
    await lab.resign(event, { statement: change });
    event.data.signature = { ...(event.data.signature as RecordedSignature), signature: before };
    lab.write(events);
    return index;
  },
}));

const swaps: readonly Forgery[] = [
  {
    kind: 'signature of another person pasted',
    field: 'cab.signature',
    code: 'actor-mismatch',
    async forge(lab) {
      const events = lab.copy();
      const index = lab.indexOf('cab');
      (events[index] as Loose).data.signature = events[lab.indexOf('cab', 1)]?.data.signature;
      lab.write(events);
      return index;
    },
  },
  {
    kind: 'statement of one sign-off with the signature of another',
    field: 'ops.statement',
    code: 'statement-not-signed',
    async forge(lab) {
      const events = lab.copy();
      const index = lab.indexOf('ops');
      const event = events[index] as Loose;
      const own = event.data.signature as RecordedSignature;
      const other = await lab.sign('something else', own.namespace, event.actor);
      event.data.signature = { ...own, signature: other };
      lab.write(events);
      return index;
    },
  },
];

function reorder(text: string): string {
  const { _type, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify({ ...rest, _type });
}

/** All forgeries of this file. */
export const EDITS: readonly Forgery[] = [
  ...dataEdits,
  ...envelopeEdits,
  ...stripped,
  ...armorEdits,
  ...recordEdits,
  ...statementEdits,
  ...swaps,
];
