import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PEOPLE } from '../../support/sample-plan.ts';
import { POLICY_FILE, REVOKED_FILE, SIGNERS_FILE, signerLine, writeUncommitted } from '../../support/signed-company.ts';
import type { Forgery } from './forgery.ts';
import type { ForgeryLab, Loose } from './lab.ts';

/** Forgeries of who has a key: people who are not who they seem, keys that are no good any more, rules that were tampered with. */

const [CAROL, CHEN] = PEOPLE.cab;
const [QUINN] = PEOPLE.qa;
const MALLORY = 'mallory@example.com';
const DAVE = 'dave@example.com';

/** Changes rules on the protected branch, as a review let it through, or as they were when somebody signed. */
function ruled(
  kind: string,
  field: string,
  code: string,
  files: (lab: ForgeryLab) => Readonly<Record<string, string>>,
  index?: (lab: ForgeryLab) => number,
): Forgery {
  return {
    kind,
    field,
    code,
    async forge(lab) {
      lab.company.git.commit(files(lab), 'Other rules');
      return index?.(lab);
    },
  };
}

const firstVote = (lab: ForgeryLab) => lab.indexOf('cab');
const secondVote = (lab: ForgeryLab) => lab.indexOf('cab', 1);

/** The file of allowed signers with the line of a person changed. */
function withLine(lab: ForgeryLab, person: string, change: (line: string) => string): Readonly<Record<string, string>> {
  const lines = lab.company.signers.split('\n').map((line) => (line.startsWith(person) ? change(line) : line));
  return { [SIGNERS_FILE]: lines.join('\n') };
}

const validity = (options: string) => (line: string) => line.replace('" ssh-', `",${options} ssh-`);

const KEYS: readonly Forgery[] = [
  ruled(
    'key that was not valid yet',
    'valid-after',
    'key-not-yet-valid',
    (lab) => withLine(lab, CAROL, validity('valid-after="20261201Z"')),
    firstVote,
  ),
  ruled(
    'key that had expired',
    'valid-before',
    'key-expired',
    (lab) => withLine(lab, CAROL, validity('valid-before="20261101Z"')),
    firstVote,
  ),
  ruled(
    'key that expired before the deployment',
    'valid-before',
    'key-expired-since',
    (lab) => withLine(lab, CAROL, validity('valid-before="20261201Z"')),
    firstVote,
  ),
  ruled('signer who has left', 'line removed', 'signer-unknown', (lab) => withLine(lab, CAROL, () => ''), firstVote),
  ruled(
    'signer whose grant was taken back',
    'namespaces',
    'signer-without-grant',
    (lab) => withLine(lab, CAROL, (line) => line.replace('cab-decision', 'condition')),
    firstVote,
  ),
  ruled(
    'signer whose key was replaced',
    'key',
    'key-unknown',
    (lab) => withLine(lab, CAROL, () => signerLine(CAROL, ['cab'], lab.company.publicKey(MALLORY)).trim()),
    firstVote,
  ),
  ruled(
    'signer who is spelled otherwise',
    'principal',
    'signer-spelled-otherwise',
    (lab) => withLine(lab, CAROL, (line) => line.replace('carol', 'Carol')),
    firstVote,
  ),
];

const revoking = (policy: string) => policy.replace(/# revoked: .*/, `revoked: ${REVOKED_FILE}`);

const REVOCATIONS: readonly Forgery[] = [
  {
    kind: 'revoked key',
    field: 'KRL',
    code: 'key-revoked',
    async forge(lab) {
      const folder = mkdtempSync(join(tmpdir(), 'relctl-krl-'));
      try {
        writeFileSync(join(folder, 'key.pub'), `${lab.company.publicKey(CAROL)}\n`);
        execFileSync('ssh-keygen', ['-q', '-k', '-f', join(folder, 'krl'), join(folder, 'key.pub')]);
        writeFileSync(join(lab.company.git.root, REVOKED_FILE), readFileSync(join(folder, 'krl')));
      } finally {
        rmSync(folder, { recursive: true });
      }
      lab.company.git.git('add', '--', REVOKED_FILE);
      lab.company.git.commit({ [POLICY_FILE]: revoking(lab.company.policy) }, 'Carol’s laptop was stolen');
      return firstVote(lab);
    },
  },
  ruled(
    'revoked key',
    'list of keys',
    'key-revoked',
    (lab) => ({
      [POLICY_FILE]: revoking(lab.company.policy),
      [REVOKED_FILE]: `# stolen\n${lab.company.publicKey(CAROL)}\n`,
    }),
    firstVote,
  ),
  ruled('list of revoked keys taken away', 'missing', 'revocations-missing', (lab) => ({
    [POLICY_FILE]: revoking(lab.company.policy),
  })),
  ...['', '\n', '# none\n'].map((text) =>
    ruled('list of revoked keys emptied', JSON.stringify(text), 'revocations-empty', (lab) => ({
      [POLICY_FILE]: revoking(lab.company.policy),
      [REVOKED_FILE]: text,
    })),
  ),
];

const SIGNERS: readonly Forgery[] = (
  [
    ['one key for two people', (lab) => signerLine(MALLORY, ['cab'], lab.company.publicKey(CAROL))],
    ['two spellings of a person', (lab) => signerLine('Chen@example.com', ['cab'], lab.company.publicKey(MALLORY))],
    ['CRLF', (lab) => signerLine(MALLORY, ['cab'], lab.company.publicKey(MALLORY)).replace('\n', '\r\n')],
    ['line that does not read', () => 'mallory@example.com namespaces="cab" ssh-ed25519 AAAA\n'],
    [
      'options with spaces',
      (lab) => `${MALLORY} namespaces="a", valid-after="20260101Z" ${lab.company.publicKey(MALLORY)}\n`,
    ],
    ['no namespaces', (lab) => `${MALLORY} ${lab.company.publicKey(MALLORY)}\n`],
    ['pattern for people', (lab) => signerLine('*@example.com', ['cab'], lab.company.publicKey(MALLORY))],
    ['pattern for namespaces', (lab) => `${MALLORY} namespaces="*" ${lab.company.publicKey(MALLORY)}\n`],
    ['several people in a line', (lab) => signerLine(`${MALLORY},${DAVE}`, ['cab'], lab.company.publicKey(MALLORY))],
    [
      'certificate authority',
      (lab) => `${MALLORY} cert-authority,namespaces="cab-decision@relctl.dev" ${lab.company.publicKey(MALLORY)}\n`,
    ],
    ['local time', (lab) => signerLine(MALLORY, ['cab'], lab.company.publicKey(MALLORY), ',valid-after="20260101"')],
  ] as [string, (lab: ForgeryLab) => string][]
).map(([field, line]) =>
  ruled('allowed signers that cannot be trusted', field, 'signers-unreadable', (lab) => ({
    [SIGNERS_FILE]: `${lab.company.signers}${line(lab)}`,
  })),
);

const alias = (from: string, to: string) => (lab: ForgeryLab) => ({
  [POLICY_FILE]: `${lab.company.policy}\naliases: { ${from}: ${to} }\n`,
});

const PERSONS: readonly Forgery[] = [
  ruled('one person under two names', 'cab', 'person-counted-already', alias(CHEN, CAROL), secondVote),
  ruled('one person in two roles', 'qa and ops', 'one-person-two-roles', alias(QUINN, PEOPLE.operations[0]), (lab) =>
    lab.indexOf('ops'),
  ),
  ruled('author votes under another name', 'cab', 'signer-is-author', alias(CAROL, PEOPLE.rdLead), firstVote),
  ruled(
    'contributor votes under another name',
    'cab',
    'signer-is-contributor',
    alias(CAROL, 'ada@example.com'),
    firstVote,
  ),
  ruled(
    'contributor signs off under another name',
    'qa',
    'signer-is-contributor',
    alias(QUINN, 'ada@example.com'),
    (lab) => lab.indexOf('qa'),
  ),
  ruled('deployer voted under another name', 'cab', 'deployer.separate', alias(CAROL, PEOPLE.operations[1])),
];

/** Somebody else votes in the place of the first voter, with a key of their own and everything else as it should be. */
function voteBy(
  kind: string,
  field: string,
  code: string,
  person: string,
  prepare: (lab: ForgeryLab) => void,
  onBehalfOf?: string,
): Forgery {
  return {
    kind,
    field,
    code,
    async forge(lab) {
      prepare(lab);
      const events = lab.copy();
      const index = firstVote(lab);
      const event = events[index] as Loose;
      event.actor = person;
      if (onBehalfOf !== undefined) event.data.onBehalfOf = onBehalfOf;
      const { actDigest } = await import('../../../src/domain/signing/statement.ts');
      await lab.resign(event, {
        statement: ({ predicate }) => {
          predicate.signer = person;
          predicate.act = actDigest(event as never);
          if (onBehalfOf !== undefined) predicate.onBehalfOf = onBehalfOf;
        },
      });
      lab.write(events);
      return index;
    },
  };
}

const grant = (person: string) => (lab: ForgeryLab) =>
  `${lab.company.signers}${signerLine(person, ['cab'], lab.company.publicKey(person))}`;
const granted =
  (person: string, more = '') =>
  (lab: ForgeryLab) => {
    lab.company.git.commit(
      {
        [SIGNERS_FILE]: grant(person)(lab),
        [POLICY_FILE]: lab.company.policy.replace('delegates: []', `delegates: [${more}]`),
      },
      'A grant',
    );
  };
const nothing = () => undefined;

const ROLES: readonly Forgery[] = [
  voteBy('stranger votes', 'cab', 'signer-unknown', MALLORY, nothing),
  voteBy('tester votes', 'cab', 'signer-without-grant', QUINN, nothing),
  voteBy('person in other letters votes', 'cab', 'signer-spelled-otherwise', 'Carol@example.com', nothing),
  voteBy('signer who is not on this board votes', 'cab', 'signer-without-role', DAVE, granted(DAVE)),
  voteBy('delegate whom nobody named', 'onBehalfOf', 'delegation-missing', DAVE, granted(DAVE), CAROL),
  voteBy(
    'delegate after the last day',
    'until',
    'delegation-missing',
    DAVE,
    granted(DAVE, `{ role: cab, from: ${CAROL}, to: ${DAVE}, until: 2026-11-01 }`),
    CAROL,
  ),
  voteBy(
    'delegate before the first day',
    'since',
    'delegation-missing',
    DAVE,
    granted(DAVE, `{ role: cab, from: ${CAROL}, to: ${DAVE}, since: 2026-12-01, until: 2026-12-31 }`),
    CAROL,
  ),
  voteBy(
    'delegate of somebody else',
    'from',
    'delegation-missing',
    DAVE,
    granted(DAVE, `{ role: cab, from: ${CHEN}, to: ${DAVE}, until: 2026-12-31 }`),
    CAROL,
  ),
  voteBy(
    'delegate in another role',
    'role',
    'delegation-missing',
    DAVE,
    granted(DAVE, `{ role: qa, from: ${CAROL}, to: ${DAVE}, until: 2026-12-31 }`),
    CAROL,
  ),
  voteBy('role granted to oneself in the work tree', 'allowed_signers', 'signer-unknown', MALLORY, (lab) =>
    writeUncommitted(lab.company, SIGNERS_FILE, grant(MALLORY)(lab)),
  ),
  voteBy('role granted to oneself on a branch', 'allowed_signers', 'signer-unknown', MALLORY, (lab) => {
    lab.company.git.git('checkout', '--quiet', '-b', `evil-${Date.now()}`);
    lab.company.git.commit({ [SIGNERS_FILE]: grant(MALLORY)(lab) }, 'Let me vote');
  }),
  voteBy('protected branch renamed in the work tree', 'protectedBranch', 'signer-unknown', MALLORY, (lab) => {
    const { git } = lab.company;
    git.git('checkout', '--quiet', '-B', 'evil');
    git.commit({ [SIGNERS_FILE]: grant(MALLORY)(lab) }, 'Let me vote');
    const config = readFileSync(join(git.root, 'relctl.yaml'), 'utf8');
    writeUncommitted(lab.company, 'relctl.yaml', `${config}protectedBranch: evil\n`);
  }),
  voteBy('tag that is called like the protected branch', 'refs/tags/main', 'signer-unknown', MALLORY, (lab) => {
    const { git } = lab.company;
    git.git('checkout', '--quiet', '-B', 'evil');
    const commit = git.commit({ [SIGNERS_FILE]: grant(MALLORY)(lab) }, 'Let me vote');
    git.git('tag', '--force', 'main', commit);
    git.git('checkout', '--quiet', 'refs/heads/main', '--');
  }),
];

/** All forgeries of this file. */
export const PEOPLE_AND_KEYS: readonly Forgery[] = [...KEYS, ...REVOCATIONS, ...SIGNERS, ...PERSONS, ...ROLES];
