import type { Block, NextAction, Outcome } from '../domain/outcome/outcome.ts';
import { samePerson } from '../domain/people/people.ts';
import { isoTime } from '../domain/schedule/calendar.ts';
import { readAllowedSigners } from '../domain/signing/allowed-signers.ts';
import { grantsOf, signersLine } from '../domain/signing/grants.ts';
import { withEnd, withLine, withoutKeys } from '../domain/signing/signers-text.ts';
import { keyFingerprint } from '../domain/signing/sshsig.ts';
import { RelctlError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { FoundKey, KeyRing } from '../ports/key-ring.ts';
import type { Signer } from '../ports/signer.ts';
import type { Workspace } from '../ports/workspace.ts';
import { command } from '../text/command-line.ts';
import { plural } from '../text/plural.ts';
import { loadConfig, loadPolicy, policyFile } from './release/settings.ts';

/** What `relctl keys` may be asked. */
export interface KeysOptions {
  readonly action: string;
  /** Setup and rotate: which key, as `relctl.signingKey` has it. Revoke: whose fingerprint. */
  readonly key?: string;
  /** Revoke: all keys of somebody. */
  readonly person?: string;
}

/** What it works with. */
export interface KeysGround {
  readonly workspace: Workspace;
  readonly keyRing: KeyRing;
  readonly signer: Signer;
  readonly clock: Pick<Clock, 'now'>;
  readonly actor: string;
  /** The remote that the others share; `undefined` where nothing says which. */
  readonly remote: string | undefined;
}

const ACTIONS = ['show', 'setup', 'rotate', 'revoke'] as const;
const REVOKED = 'relctl/revoked_keys';
/** What is signed to see that the key can be used; it is kept nowhere. */
const TRIAL = ['relctl keys', 'relctl-doctor@relctl.dev'] as const;

/**
 * Sets a person up to sign, renews their key or takes one out of use: in the work tree, where it counts for nothing until it is merged
 * into the protected branch.
 * @throws RelctlError `usage.bad-flag`, `signing.no-key`, `signing.failed`
 */
export async function keys(ground: KeysGround, options: KeysOptions): Promise<Outcome> {
  const action = ACTIONS.find((one) => one === options.action);
  if (action === undefined) {
    throw new RelctlError('usage.bad-flag', `keys knows no "${options.action}"`, {
      why: 'It shows keys, sets one up, renews one, and revokes.',
      hints: ACTIONS.map((one) => command`relctl keys ${one}`),
    });
  }
  const files = await filesOf(ground.workspace);
  if (action === 'show') return show(ground, files);
  return action === 'revoke' ? revoke(ground, files, options) : setUp(ground, files, action, options.key);
}

/** The files of the work tree that keys stand in. */
interface Files {
  readonly signersFile: string;
  readonly signers: string;
  readonly revokedFile: string;
  readonly policyFile: string;
  readonly mode: 'unsigned' | 'required';
  readonly namesRevoked: boolean;
  readonly team: Parameters<typeof grantsOf>[1];
}

async function filesOf(workspace: Workspace): Promise<Files> {
  const config = await loadConfig(workspace);
  const { signing } = await loadPolicy(workspace, config.process);
  return {
    signersFile: signing.allowedSigners,
    signers: (await workspace.read(signing.allowedSigners)) ?? '',
    revokedFile: signing.revoked ?? REVOKED,
    policyFile: policyFile(config.process),
    mode: signing.mode,
    namesRevoked: signing.revoked !== undefined,
    team: config.team,
  };
}

async function show({ keyRing, actor }: KeysGround, files: Files): Promise<Outcome> {
  const { signers, faults } = readAllowedSigners(files.signers);
  const found = await keyRing.keys();
  const own = signers.filter((one) => samePerson(one.principal, actor));
  return {
    result: 'done',
    headline: `${plural(signers.length, 'key')} of ${plural(peopleIn(files.signers), 'person', 'people')} in ${files.signersFile}`,
    blocks: [
      {
        kind: 'table',
        columns: ['person', 'key', 'may sign'],
        rows: signers.map((one) => [one.principal, one.fingerprint, one.namespaces.join(', ')]),
      },
      {
        kind: 'checks',
        checks: [
          ...faults.map((fault) => ({
            state: 'failed' as const,
            text: `${files.signersFile}: line ${fault.line} ${fault.problem}`,
          })),
          ...found.map((key) => ({
            state: own.some((one) => key.publicKey.endsWith(one.publicKey)) ? ('ok' as const) : ('pending' as const),
            text: `${key.setting} (${key.from}${key.hardware ? ', hardware token' : ''})`,
            detail: fingerprintOf(key.publicKey),
          })),
        ],
      },
      { kind: 'next', actions: own.length === 0 ? [setupAction(actor)] : [] },
    ],
    data: {
      people: peopleIn(files.signers),
      keys: signers.map(({ principal, fingerprint }) => ({ principal, fingerprint })),
    },
  };
}

async function setUp(
  ground: KeysGround,
  files: Files,
  action: 'setup' | 'rotate',
  wanted: string | undefined,
): Promise<Outcome> {
  const { workspace, keyRing, signer, actor, clock } = ground;
  const known = readAllowedSigners(files.signers).signers.filter((one) => samePerson(one.principal, actor));
  const key = chosen(await keyRing.keys(), wanted, action === 'rotate' ? known.map((one) => one.publicKey) : []);
  await keyRing.choose(key);
  await signer.sign(...TRIAL);
  const person = known[0]?.principal ?? actor;
  const added = withLine(files.signers, signersLine(person, grantsOf(actor, files.team), key.publicKey));
  const until = dayAfter(clock.now());
  const { text, ended } =
    action === 'rotate' ? withEnd(added, person, fingerprintOf(key.publicKey), until) : { text: added, ended: 0 };
  const [fault] = readAllowedSigners(text).faults;
  if (fault !== undefined) throw unfit(files.signersFile, fault);
  if (text !== files.signers) await workspace.write(files.signersFile, text, { overwrite: true });
  const proposal = proposed(files, peopleIn(text));
  return {
    result: 'done',
    headline:
      text === files.signers
        ? `${person} can sign with ${fingerprintOf(key.publicKey)}; ${files.signersFile} has it already`
        : `${person} can sign with ${fingerprintOf(key.publicKey)} once ${files.signersFile} is merged`,
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['key', `${key.setting} (${key.from}${key.hardware ? ', hardware token' : ''})`],
          ['may sign', grantsOf(actor, files.team).join(', ')],
          ...(ended === 0 ? [] : [['until then', `${plural(ended, 'older key')} valid before ${until}`] as const]),
        ],
      },
      ...proposal,
      {
        kind: 'next',
        actions:
          text === files.signers
            ? []
            : mergeActions(person, [files.signersFile], `keys-${slug(person)}`, ground.remote),
      },
    ],
    data: {
      person,
      fingerprint: fingerprintOf(key.publicKey),
      line: signersLine(person, grantsOf(actor, files.team), key.publicKey),
      ended,
    },
  };
}

async function revoke({ workspace, remote }: KeysGround, files: Files, { key, person }: KeysOptions): Promise<Outcome> {
  if (key === undefined && person === undefined) {
    throw new RelctlError('usage.bad-flag', 'which key is revoked is not said', {
      why: 'Everything that a revoked key ever signed stops counting.',
      hints: ['relctl keys revoke --key SHA256:…', 'relctl keys revoke --person <address>', 'relctl keys show'],
    });
  }
  const { text, keys: gone } = withoutKeys(files.signers, (one) =>
    key === undefined ? samePerson(one.principal, person ?? '') : one.fingerprint === key,
  );
  if (gone.length === 0) {
    throw new RelctlError('usage.bad-flag', `${files.signersFile} has no key of ${key ?? person}`, {
      why: 'Only a key that stands there can be taken out.',
      hints: ['relctl keys show'],
    });
  }
  const before = (await workspace.readBytes(files.revokedFile)) ?? new Uint8Array();
  if (new TextDecoder('latin1').decode(before.subarray(0, 6)) === 'SSHKRL') throw isBinaryList(files.revokedFile);
  const list = gone.reduce(withLine, new TextDecoder().decode(before));
  await workspace.write(files.revokedFile, list, { overwrite: true });
  await workspace.write(files.signersFile, text, { overwrite: true });
  return {
    result: 'done',
    headline: `${plural(gone.length, 'key')} revoked once it is merged; nothing that they signed counts from then on`,
    blocks: [
      { kind: 'text', text: gone.join('\n') },
      ...(files.namesRevoked
        ? []
        : [line(files.policyFile, `  revoked: ${files.revokedFile}`, 'under signing:, so that the list is read')]),
      {
        kind: 'next',
        actions: mergeActions(
          person ?? 'the key',
          [files.signersFile, files.revokedFile, ...(files.namesRevoked ? [] : [files.policyFile])],
          'revoke-key',
          remote,
        ),
      },
    ],
    data: { revoked: gone, file: files.revokedFile },
  };
}

/** The key that is meant, or the only one that there is; a key on a token before others. */
function chosen(found: readonly FoundKey[], wanted: string | undefined, used: readonly string[]): FoundKey {
  const free = found.filter((one) => !used.some((other) => one.publicKey.endsWith(other)));
  const named = free.find((one) => one.setting === wanted || fingerprintOf(one.publicKey) === wanted);
  const key =
    wanted === undefined
      ? (free.find((one) => one.from === 'set') ?? free.find((one) => one.hardware) ?? free[0])
      : named;
  if (key !== undefined) return key;
  throw new RelctlError(
    'signing.no-key',
    wanted === undefined ? 'there is no SSH key here that could sign' : `there is no key ${wanted} here`,
    {
      why: 'Approvals are signed with a key of your own; an existing one will do, and one on a hardware token is better.',
      hints: [
        ...free.map((one) => command`relctl keys setup --key ${one.setting}`),
        'a new key on a token (FIDO): ssh-keygen -t ed25519-sk -f ~/.ssh/id_ed25519_sk && relctl keys setup',
        'a new key in a file: ssh-keygen -t ed25519 -f ~/.ssh/id_ed25519 && relctl keys setup',
      ],
    },
  );
}

/** As soon as two people have keys, nothing speaks for counting what nobody signed. */
function proposed({ mode, policyFile: file }: Files, people: number): readonly Block[] {
  if (mode === 'required' || people < 2) return [];
  return [
    line(file, '  mode: required', `under signing:, with repository: <name>, since ${people} people have keys now`),
  ];
}

function line(file: string, text: string, why: string): Block {
  return { kind: 'checks', checks: [{ state: 'pending', text: `${file}: ${text.trim()}`, detail: why }] };
}

function mergeActions(
  who: string,
  files: readonly string[],
  branch: string,
  remote = '<remote>',
): readonly NextAction[] {
  return [
    {
      who: 'you',
      command: command`git switch -c ${branch} && git add ${files} && git commit -m ${`Keys of ${who}`} && git push -u ${remote} HEAD`,
      why: 'a key counts once it stands on the protected branch',
    },
    { who: 'you', command: 'gh pr create --fill', why: 'or: glab mr create --fill' },
  ];
}

function setupAction(actor: string): NextAction {
  return { who: actor, command: 'relctl keys setup', why: 'finds a key and writes the line that has to be merged' };
}

function peopleIn(text: string): number {
  return new Set(readAllowedSigners(text).signers.map((one) => one.principal)).size;
}

function fingerprintOf(publicKey: string): string {
  const [type = '', base64 = ''] = publicKey.split(' ');
  return keyFingerprint(type, base64) ?? 'unknown';
}

/** The next day in UTC, as ssh-keygen writes one: what is signed today stays good today. */
function dayAfter(now: number): string {
  return `${isoTime(now + 86_400_000)
    .slice(0, 10)
    .replaceAll('-', '')}Z`;
}

function slug(person: string): string {
  return person.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

function unfit(file: string, fault: { readonly line: number; readonly problem: string }): RelctlError {
  return new RelctlError('signing.trust', `${file}: line ${fault.line} ${fault.problem}`, {
    place: { file, line: fault.line },
    why: 'The file counts as a whole or not at all, so nothing was written.',
    hints: [`correct line ${fault.line}`, 'relctl keys show'],
  });
}

function isBinaryList(file: string): RelctlError {
  return new RelctlError('usage.bad-flag', `${file} is a KRL of ssh-keygen, which only ssh-keygen extends`, {
    why: 'relctl writes lists of public keys, one a line.',
    hints: [command`ssh-keygen -k -u -f ${file} "<public key>"`],
  });
}
