import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { RelctlError } from '../../errors.ts';
import { sha256 } from '../../plan/digest.ts';
import type { Signer, VerifyQuestion } from '../../ports/signer.ts';
import { command } from '../../text/command-line.ts';
import { exec } from '../exec.ts';
import { type SigningKey, usableKey } from './key.ts';
import { withFiles } from './temporary-files.ts';

/** Verifying takes milliseconds; signing may wait for a touch of a hardware key or a passphrase of the agent. */
const VERIFY_MS = 20_000;
const SIGN_MS = 120_000;
/** Whoever is there touches a key within this; while production is to go back, nobody else is waited for. */
const HURRIED_MS = 10_000;

/**
 * Signs and verifies through ssh-keygen, with statements on stdin and signatures on stdout: signing a *file* silently keeps an
 * old `.sig` when it cannot ask whether to replace it.
 * @param findKey which key the person at work signs with; asked only when something is signed
 * @param hurriedMs how long a key is waited for while production waits to be put back
 */
export function createSshSigner(findKey: () => Promise<SigningKey>, hurriedMs: number = HURRIED_MS): Signer {
  let isUnattended = false;
  // A command looks at a history when it opens it and again when it signs; the answer to one question is always the same.
  const verified = new Map<string, Promise<'good' | 'revoked' | 'bad'>>();
  return {
    nonce: () => randomBytes(16).toString('hex'),
    async publicKey() {
      const key = await findKey();
      return usableKey(key, async (file) => {
        const [type = '', base64 = ''] = (await publicText(key, file)).trim().split(/\s+/);
        return `${type} ${base64}`;
      });
    },
    async sign(statement, namespace, { hurried } = { hurried: false }) {
      const key = await findKey();
      if (hurried && isUnattended) throw unusable(key, 'it did not answer before, and production waits');
      return usableKey(key, async (file) => {
        const result = await exec('ssh-keygen', ['-Y', 'sign', '-n', namespace, '-f', file], {
          timeout: hurried ? hurriedMs : SIGN_MS,
          input: statement,
          env: NEUTRAL,
        }).catch((error: unknown) => {
          isUnattended ||= error instanceof RelctlError && error.code === 'tool.timeout';
          throw error;
        });
        if (result.exitCode === 0 && result.stdout.startsWith('-----BEGIN SSH SIGNATURE-----')) return result.stdout;
        throw unusable(key, result.stderr);
      });
    },
    verify(question) {
      const { revoked, ...rest } = question;
      const key = sha256(JSON.stringify([rest, revoked === undefined ? null : sha256(revoked)]));
      const known = verified.get(key) ?? verify(question);
      verified.set(key, known);
      return known;
    },
  };
}

async function publicText(key: SigningKey, file: string): Promise<string> {
  if (file.endsWith('.pub'))
    return readFile(file, 'utf8').catch((cause: unknown) => Promise.reject(missing(key, cause)));
  const result = await exec('ssh-keygen', ['-y', '-f', file], { timeout: VERIFY_MS, env: NEUTRAL });
  if (result.exitCode !== 0) throw unusable(key, result.stderr);
  return result.stdout;
}

function missing(key: SigningKey, cause: unknown): RelctlError {
  return new RelctlError('signing.no-key', `${key.shown} cannot be read`, {
    why: 'Your public key has to be among the allowed signers.',
    hints: ['git config relctl.signingKey ~/.ssh/id_ed25519', 'ssh-keygen -t ed25519 -f ~/.ssh/id_ed25519'],
    cause,
  });
}

const NEUTRAL = { LC_ALL: 'C' };

async function verify(question: VerifyQuestion): Promise<'good' | 'revoked' | 'bad'> {
  const { revoked } = question;
  return withFiles(
    {
      'allowed-signers': question.allowedSigners,
      signature: question.signature,
      ...(revoked === undefined ? {} : { revoked }),
    },
    async (paths) => {
      if (await isGood(question, paths)) return 'good';
      const { revoked: _revoked, ...others } = paths;
      // ssh-keygen does not say why it refuses: without the list, the rest is shown to hold.
      return revoked !== undefined && (await isGood(question, others)) ? 'revoked' : 'bad';
    },
  );
}

async function isGood(question: VerifyQuestion, paths: Readonly<Record<string, string>>): Promise<boolean> {
  const result = await exec(
    'ssh-keygen',
    [
      ...['-Y', 'verify', '-f', paths['allowed-signers'] ?? '', '-I', question.principal, '-n', question.namespace],
      ...['-s', paths.signature ?? '', `-Overify-time=${sshTime(question.at)}`],
      ...(paths.revoked === undefined ? [] : ['-r', paths.revoked]),
    ],
    { timeout: VERIFY_MS, input: question.statement, env: NEUTRAL },
  );
  return result.exitCode === 0 && result.stdout.startsWith(`Good "${question.namespace}" signature for `);
}

/** A moment as ssh-keygen reads it in UTC; without the `Z` it would be local time. */
export function sshTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}

function unusable(key: SigningKey, said: string): RelctlError {
  const reason = said.trim().split('\n').at(-1) ?? '';
  const isLocked = /passphrase|agent|No private key/i.test(said);
  return new RelctlError(
    isLocked ? 'signing.no-key' : 'signing.failed',
    `ssh-keygen does not sign with ${key.shown}${reason === '' ? '' : `: ${reason}`}`,
    {
      why: 'An approval that is not signed does not count here.',
      hints: isLocked
        ? ['ssh-add', 'then give the command again: the key is used through the agent']
        : ['relctl doctor', command`try it: echo test | ssh-keygen -Y sign -n test -f ${key.shown}`],
    },
  );
}
