import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { RelctlError } from '../../errors.ts';
import type { FoundKey, KeyRing } from '../../ports/key-ring.ts';
import type { Signer } from '../../ports/signer.ts';
import { exec } from '../exec.ts';
import { gitIn } from '../git/git.ts';
import { settingsOf } from '../git/settings.ts';

const AGENT_MS = 5000;
/** A public key as OpenSSH writes one; what follows is a comment. */
const PUBLIC_KEY =
  /^((?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp\d{3}|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/=]{40,2000})/;

/** The keys of the person at work: git's setting, the SSH agent, and `~/.ssh`. Private keys are never read. */
export function createKeyRing(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  signer: Pick<Signer, 'publicKey'>,
): KeyRing {
  const git = gitIn(root);
  return {
    async keys() {
      const found = [
        ...(await setKey(signer, git)),
        ...(await agentKeys()),
        ...(await keyFiles(env.HOME ?? homedir())),
      ];
      return found.filter((one, index) => found.findIndex((other) => other.publicKey === one.publicKey) === index);
    },
    async choose({ setting }) {
      await git.run(['config', 'relctl.signingKey', setting]);
    },
  };
}

async function setKey(signer: Pick<Signer, 'publicKey'>, git: ReturnType<typeof gitIn>): Promise<readonly FoundKey[]> {
  try {
    const publicKey = await signer.publicKey();
    const setting = (await settingsOf(git)).get('relctl.signingKey');
    return [keyOf(publicKey, setting ?? `key::${publicKey}`, 'set')];
  } catch (error) {
    if (error instanceof RelctlError) return [];
    throw error;
  }
}

async function agentKeys(): Promise<readonly FoundKey[]> {
  try {
    const { exitCode, stdout } = await exec('ssh-add', ['-L'], { timeout: AGENT_MS });
    if (exitCode !== 0) return [];
    return stdout.split('\n').flatMap((line) => {
      const publicKey = PUBLIC_KEY.exec(line)?.[1];
      return publicKey === undefined ? [] : [keyOf(publicKey, `key::${publicKey}`, 'agent')];
    });
  } catch (error) {
    if (error instanceof RelctlError) return [];
    throw error;
  }
}

async function keyFiles(home: string): Promise<readonly FoundKey[]> {
  const folder = join(home, '.ssh');
  const names = await readdir(folder).catch(() => []);
  const found: FoundKey[] = [];
  for (const name of names.filter((one) => /^id_[\w-]+\.pub$/.test(one)).sort()) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    const publicKey = PUBLIC_KEY.exec(text)?.[1];
    if (publicKey !== undefined) found.push(keyOf(publicKey, join(folder, name.replace(/\.pub$/, '')), 'file'));
  }
  return found;
}

function keyOf(publicKey: string, setting: string, from: FoundKey['from']): FoundKey {
  return { publicKey, setting, from, hardware: publicKey.startsWith('sk-') };
}
