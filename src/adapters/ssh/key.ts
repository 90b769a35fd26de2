import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import { gitIn } from '../git/git.ts';
import { type Settings, settingsOf } from '../git/settings.ts';
import { withFiles } from './temporary-files.ts';

/** The key of the person at work: a file, or a public key whose other half the agent holds. */
export type SigningKey =
  | { readonly kind: 'file'; readonly path: string; readonly shown: string }
  | { readonly kind: 'agent'; readonly publicKey: string; readonly shown: string };

/** Names the key for one command, before git's configuration is asked. */
const KEY_VARIABLE = 'RELCTL_SIGNING_KEY';

/**
 * Finds the signing key: `RELCTL_SIGNING_KEY`, then git's `relctl.signingKey`, then `user.signingKey` where git signs with SSH.
 * Each is a path, or `key::ssh-ed25519 AAAA…` for a key of the agent, as in git. Errors: `signing.no-key`.
 */
export async function findSigningKey(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SigningKey> {
  const named = env[KEY_VARIABLE]?.trim() || namedIn(await settingsOf(gitIn(root)));
  if (named === '') {
    throw new RelctlError('signing.no-key', 'git does not say which key you sign with', {
      why: 'The policy counts only signed approvals.',
      hints: [
        'git config relctl.signingKey ~/.ssh/id_ed25519',
        'without a key: ssh-keygen -t ed25519 -f ~/.ssh/id_ed25519',
        `or for one command: ${KEY_VARIABLE}=~/.ssh/id_ed25519`,
      ],
    });
  }
  const literal = /^(?:key::)?((?:ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+)/.exec(named)?.[1];
  if (literal !== undefined) return { kind: 'agent', publicKey: literal, shown: literal };
  const path = named.replace(/^~(?=\/)/, homedir());
  return { kind: 'file', path: isAbsolute(path) ? path : join(root, path), shown: named };
}

function namedIn(settings: Settings): string {
  return (
    settings.get('relctl.signingKey') ??
    (settings.get('gpg.format') === 'ssh' ? settings.get('user.signingKey') : undefined) ??
    ''
  );
}

/**
 * Hands a file to ssh-keygen's `-f`. The public half is preferred where it lies beside the key: then ssh-keygen uses the
 * agent, and the private key itself only when the agent does not have it.
 */
export async function usableKey<T>(key: SigningKey, work: (file: string) => Promise<T>): Promise<T> {
  if (key.kind === 'agent') {
    return withFiles({ 'key.pub': `${key.publicKey}\n` }, (paths) => work(paths['key.pub'] ?? ''));
  }
  const beside = `${key.path}.pub`;
  return work(!key.path.endsWith('.pub') && (await exists(beside)) ? beside : key.path);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
