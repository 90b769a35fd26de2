import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RelctlError } from '../../errors.ts';
import type { exec } from '../exec.ts';
import { isRecord, parseJson } from './json.ts';
import { NoCredential } from './no-credential.ts';

/** What secrets are found with. */
export interface CredentialGround {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that paths are relative to, and that programs are run in. */
  readonly cwd: string;
  readonly exec: typeof exec;
  /** Asked before a secret is read or a program is run for one. Throws where the endpoint is to get none. */
  readonly mayUse?: (() => Promise<void>) | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const COMMAND_TIMEOUT_MS = 20_000;
/** A token is asked for anew this long before it expires, and one that does not say when it does, after as long. */
const MARGIN_MS = 60_000;

/** The value of a variable, or of `file:path` without its last line break. Throws {@link NoCredential}. */
export async function secretOf(name: string, ground: CredentialGround): Promise<string> {
  await mayUse(ground);
  const { env, cwd } = ground;
  if (!name.startsWith('file:')) {
    const value = env[name];
    if (value === undefined || value === '') throw new NoCredential(`the environment variable ${name} is not set`);
    return clean(value, `the environment variable ${name}`);
  }
  const path = name.slice('file:'.length);
  try {
    return clean((await readFile(resolve(cwd, path), 'utf8')).replace(/\r?\n$/, ''), `the file ${path}`);
  } catch (error) {
    if (error instanceof NoCredential) throw error;
    throw new NoCredential(`the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

/** Asks whether an endpoint may be given a secret. Throws {@link NoCredential}. */
export async function mayUse(ground: Pick<CredentialGround, 'mayUse'>): Promise<void> {
  try {
    await ground.mayUse?.();
  } catch (error) {
    if (error instanceof RelctlError) throw new NoCredential(error.message);
    throw error;
  }
}

/** A secret goes into a header, where a line break would begin another one. */
function clean(value: string, where: string): string {
  if (/[^\t\x20-\x7e]/.test(value)) throw new NoCredential(`${where} holds what cannot stand in a header`);
  return value;
}

/** What a program prints, kept until a minute before it expires. */
export interface Renewed<T> {
  get(): Promise<T>;
  /** Forgets it, because it was refused. */
  drop(): void;
}

/** Runs a program for a credential, once for all who ask at the same time, and again when what it gave is about to expire. */
export function renewed<T>(
  command: readonly string[],
  read: (stdout: string) => { readonly value: T; readonly expires?: number } | undefined,
  ground: CredentialGround,
): Renewed<T> {
  const now = ground.now ?? Date.now;
  let kept: { readonly value: Promise<T>; readonly until: Promise<number> } | undefined;
  const ask = () => {
    const answer = credentialFrom(command, read, ground);
    const value = answer.then((one) => one.value);
    const until = answer.then((one) => (one.expires === undefined ? now() + MARGIN_MS : one.expires - MARGIN_MS));
    until.catch(() => undefined);
    return { value, until };
  };
  return {
    async get() {
      if (kept !== undefined && (await kept.until.catch(() => 0)) <= now()) kept = undefined;
      kept ??= ask();
      return kept.value;
    },
    drop() {
      kept = undefined;
    },
  };
}

async function credentialFrom<T>(
  command: readonly string[],
  read: (stdout: string) => T | undefined,
  ground: CredentialGround,
): Promise<T> {
  await mayUse(ground);
  const { exec, cwd } = ground;
  const [program = '', ...args] = command;
  const { exitCode, stdout } = await exec(program, args, {
    timeout: COMMAND_TIMEOUT_MS,
    cwd,
    maxBuffer: 1 << 20,
  }).catch((error: unknown) => {
    throw new NoCredential(error instanceof RelctlError ? error.message : `${program} could not be run`);
  });
  // Neither stream is shown: either may hold the secret.
  if (exitCode !== 0) throw new NoCredential(`${program} gave no credential (exit code ${exitCode})`);
  const found = read(stdout.trim());
  if (found === undefined) throw new NoCredential(`${program} printed no credential`);
  return found;
}

/** Reads a token: bare, as OAuth 2.0 answers with it (RFC 6749, section 5.1), or an ExecCredential (client.authentication.k8s.io). */
export function readToken(
  stdout: string,
  now: number,
): { readonly value: string; readonly expires?: number } | undefined {
  const body = parseJson(stdout);
  if (!isRecord(body)) return /^[\x21-\x7e]+$/.test(stdout) ? { value: stdout } : undefined;
  const answer = isRecord(body.status) ? body.status : body;
  const value = answer.token ?? answer.access_token;
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) return undefined;
  const expires =
    typeof answer.expires_in === 'number'
      ? now + answer.expires_in * 1000
      : Date.parse(String(answer.expirationTimestamp));
  return Number.isNaN(expires) ? { value } : { value, expires };
}
