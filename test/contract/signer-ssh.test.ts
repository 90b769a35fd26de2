import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSigningKey } from '../../src/adapters/ssh/key.ts';
import { createSshSigner, sshTime } from '../../src/adapters/ssh/signer.ts';
import { readSshSignature } from '../../src/domain/signing/sshsig.ts';
import type { Signer, VerifyQuestion } from '../../src/ports/signer.ts';
import { refusal } from '../support/company.ts';
import { gitFixture } from '../support/git-fixture.ts';

/** The real ssh-keygen: what it was seen to do wrong, silently, must not reach a release. */
const NAMESPACE = 'cab-decision@relctl.dev';
const AT = Date.UTC(2026, 2, 1, 12);
const STATEMENT = '{"a":"ä — ☑","b":"line\\nline"}';

let folder: string;
let signer: Signer;
let signature: string;
let question: VerifyQuestion;

const file = (name: string) => join(folder, name);
function makeKey(name: string, passphrase = ''): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', file(name)]);
  return readFileSync(file(`${name}.pub`), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
}
const signerWith = (name: string) => createSshSigner(async () => ({ kind: 'file', path: file(name), shown: name }));
const allowed = (key: string, options = `namespaces="${NAMESPACE}"`) => `alice@example.com ${options} ${key}\n`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relctl-signer-'));
  const key = makeKey('alice');
  signer = signerWith('alice');
  signature = await signer.sign(STATEMENT, NAMESPACE);
  question = {
    statement: STATEMENT,
    signature,
    namespace: NAMESPACE,
    principal: 'alice@example.com',
    at: AT,
    allowedSigners: allowed(key),
    revoked: undefined,
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('signing while production waits to be put back', () => {
  it('waits for a key that nobody touches once, for a short time, and no more', async () => {
    const programs = mkdtempSync(join(tmpdir(), 'relctl-untouched-'));
    const calls = join(programs, 'calls');
    writeFileSync(join(programs, 'ssh-keygen'), `#!/bin/sh\necho called >> '${calls}'\nexec sleep 60\n`, {
      mode: 0o755,
    });
    const path = process.env.PATH;
    process.env.PATH = `${programs}:${path}`;
    try {
      const untouched = createSshSigner(async () => ({ kind: 'file', path: file('alice'), shown: 'alice' }), 2000);
      const hurried = () => refusal(untouched.sign(STATEMENT, NAMESPACE, { hurried: true }));
      expect((await hurried()).code).toBe('tool.timeout');
      expect((await hurried()).code).toBe('signing.failed');
      expect(readFileSync(calls, 'utf8')).toBe('called\n');
    } finally {
      process.env.PATH = path;
      rmSync(programs, { recursive: true, force: true });
    }
  });
});

describe('signing', () => {
  it('gives a signature that verifies, of the key and for the namespace that it names', async () => {
    expect(await signer.verify(question)).toBe('good');
    const read = readSshSignature(signature);
    const listed = execFileSync('ssh-keygen', ['-lf', file('alice.pub')], { encoding: 'utf8' });
    expect(read).toMatchObject({ namespace: NAMESPACE, keyType: 'ssh-ed25519' });
    expect(listed).toContain(read?.fingerprint ?? 'no fingerprint');
    expect(`${read?.keyType} ${read?.publicKey}`).toBe(await signer.publicKey());
  });

  it('is fresh each time: an old signature that lies beside the key or the statement is never given back', async () => {
    writeFileSync(file('alice.sig'), 'stale');
    const other = await signer.sign(`${STATEMENT} `, NAMESPACE);
    expect(other).not.toContain('stale');
    expect(await signer.verify({ ...question, statement: `${STATEMENT} `, signature: other })).toBe('good');
    expect(readFileSync(file('alice.sig'), 'utf8')).toBe('stale');
  });

  it.each(['ssh-rsa', 'ecdsa-sha2-nistp256'])('works with a key of type %s', async (type) => {
    const name = type.slice(0, 5);
    execFileSync('ssh-keygen', ['-q', '-t', type === 'ssh-rsa' ? 'rsa' : 'ecdsa', '-N', '', '-f', file(name)]);
    const own = signerWith(name);
    const made = await own.sign(STATEMENT, NAMESPACE);
    const allowedSigners = allowed(await own.publicKey());
    expect(readSshSignature(made)?.keyType).toBe(type);
    expect(await own.verify({ ...question, signature: made, allowedSigners })).toBe('good');
  });

  it('through the agent, with only the public half here', async () => {
    const socket = file('agent.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    const before = process.env.SSH_AUTH_SOCK;
    try {
      const key = makeKey('held');
      await until(() =>
        execFileSync('ssh-add', ['-q', file('held')], { env: { SSH_AUTH_SOCK: socket }, stdio: 'ignore' }),
      );
      rmSync(file('held'));
      process.env.SSH_AUTH_SOCK = socket;
      for (const found of [
        { kind: 'file' as const, path: file('held'), shown: 'held' },
        { kind: 'agent' as const, publicKey: key, shown: 'held' },
      ]) {
        const made = await createSshSigner(async () => found).sign(STATEMENT, NAMESPACE);
        expect(await signer.verify({ ...question, signature: made, allowedSigners: allowed(key) })).toBe('good');
      }
    } finally {
      if (before === undefined) delete process.env.SSH_AUTH_SOCK;
      else process.env.SSH_AUTH_SOCK = before;
      agent.kill();
    }
  });

  it('says what to do about a key with a passphrase, a missing key and a key that is none', async () => {
    makeKey('locked', 'secret');
    writeFileSync(file('junk'), 'no key\n');
    expect(await refusal(signerWith('locked').sign(STATEMENT, NAMESPACE))).toMatchObject({
      code: 'signing.no-key',
      hints: ['ssh-add', expect.anything()],
    });
    expect((await refusal(signerWith('nowhere').sign(STATEMENT, NAMESPACE))).code).toMatch(/^signing\./);
    expect((await refusal(signerWith('junk').sign(STATEMENT, NAMESPACE))).code).toMatch(/^signing\./);
    expect((await refusal(signerWith('nowhere').publicKey())).code).toMatch(/^signing\./);
  });
});

describe('verifying', () => {
  it.each<[string, (good: VerifyQuestion) => Partial<VerifyQuestion>]>([
    ['another text', (good) => ({ statement: `${good.statement} ` })],
    ['a text with CRLF', (good) => ({ statement: good.statement.replace('\\n', '\r\n') })],
    ['another namespace', () => ({ namespace: 'qa-signoff@relctl.dev' })],
    ['another person', () => ({ principal: 'bob@example.com' })],
    ['a person in other letters', () => ({ principal: 'Alice@example.com' })],
    ['no allowed signers', () => ({ allowedSigners: '' })],
    ['a broken signature', (good) => ({ signature: good.signature.replace('U1NI', 'U1NJ') })],
    ['no signature', () => ({ signature: '' })],
    ['an option for a principal', () => ({ principal: '-Z' })],
  ])('refuses %s', async (_, change) => {
    expect(await signer.verify({ ...question, ...change(question) })).toBe('bad');
  });

  it('reads times in UTC, whatever the zone of the machine', async () => {
    expect(sshTime(Date.UTC(2026, 2, 1, 12, 3, 4, 567))).toBe('20260301120304Z');
    const zone = process.env.TZ;
    process.env.TZ = 'Pacific/Kiritimati';
    try {
      const key = await signer.publicKey();
      const from = allowed(key, `namespaces="${NAMESPACE}",valid-after="202603011200Z",valid-before="202603011300Z"`);
      const at = (moment: number) => signer.verify({ ...question, allowedSigners: from, at: moment });
      expect(await at(AT)).toBe('good');
      expect(await at(AT - 1000)).toBe('bad');
      expect(await at(AT + 3_600_000 + 1000)).toBe('bad');
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it('tells a revoked key from a bad signature, by KRL and by a list of keys', async () => {
    execFileSync('ssh-keygen', ['-q', '-k', '-f', file('krl'), file('alice.pub')]);
    const lists = [readFileSync(file('krl')), Buffer.from(`# stolen\n${await signer.publicKey()}\n`)];
    for (const revoked of lists) {
      expect(await signer.verify({ ...question, revoked })).toBe('revoked');
      expect(await signer.verify({ ...question, revoked, statement: 'other' })).toBe('bad');
    }
  });

  it('does not take a list that does not read for an empty one', async () => {
    execFileSync('ssh-keygen', ['-q', '-k', '-f', file('krl2'), file('alice.pub')]);
    const cut = readFileSync(file('krl2')).subarray(0, 30);
    expect(await signer.verify({ ...question, revoked: cut })).not.toBe('good');
  });
});

describe('the key', () => {
  it('is named by the environment, then by relctl.signingKey, then by git’s own where git signs with SSH', async () => {
    const git = gitFixture();
    try {
      const found = (env = {}) => findSigningKey(git.root, env);
      git.git('config', 'user.signingKey', '/keys/gits');
      expect((await refusal(found())).code).toBe('signing.no-key');
      git.git('config', 'gpg.format', 'ssh');
      expect(await found()).toMatchObject({ kind: 'file', path: '/keys/gits' });
      git.git('config', 'relctl.signingKey', 'keys/own');
      expect(await found()).toMatchObject({ kind: 'file', path: join(git.root, 'keys/own') });
      expect(await found({ RELCTL_SIGNING_KEY: '/keys/named' })).toMatchObject({ path: '/keys/named' });
      expect(await found({ RELCTL_SIGNING_KEY: 'key::ssh-ed25519 AAAA me' })).toMatchObject({
        kind: 'agent',
        publicKey: 'ssh-ed25519 AAAA',
      });
    } finally {
      git.remove();
    }
  });
});

async function until(work: () => void): Promise<void> {
  for (let left = 100; ; left -= 1) {
    try {
      return work();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
