import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { openProvenance } from '../../src/adapters/provenance/open.ts';
import { provenanceFinding } from '../../src/domain/provenance/verdict.ts';
import { provenancePolicySchema } from '../../src/plan/provenance.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { type Company, PEOPLE, startCompany } from './support/company.ts';
import { manifests } from './support/product.ts';
import { rpd } from './support/rpd.ts';

/**
 * Where images come from, on a real registry and a real cosign: who signed them, and from which commit they were built. Whatever is not so is
 * refused with the reason, before anything is changed.
 */
const COMMIT = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);
const OLD = '--new-bundle-format=false';
const folder = mkdtempSync(join(tmpdir(), 'relctl-provenance-'));

let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry();
  process.env.PATH = `${registry.tools}${delimiter}${process.env.PATH}`;
});
afterAll(async () => {
  await registry?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function examined(image: string, { settings = {}, signers = [{ key: registry.keys.signer }] } = {}) {
  const policy = provenancePolicySchema.parse({ signers, transparencyLog: false });
  const verifier = openProvenance(
    { kind: 'cosign', timeout: '60s', ...settings },
    { cwd: folder, env: process.env, exec },
  );
  return provenanceFinding({ service: 'web', image }, await verifier.examine(image, policy), policy, COMMIT);
}

/** An image with what is attached to it. */
function image(name: string, ...attach: readonly ((image: string) => void)[]): string {
  const pushed = registry.push(`shop/${name}:1`, name);
  for (const one of attach) one(pushed);
  return pushed;
}
const signed =
  (who: 'signer' | 'stranger' = 'signer', ...flags: string[]) =>
  (at: string) =>
    registry.sign(at, who, ...flags);
const built =
  (commit = COMMIT, who: 'signer' | 'stranger' = 'signer') =>
  (at: string) =>
    registry.attest(at, who, commit);

describe('cosign', () => {
  it.each([
    ['with the bundles of version 3', () => image('bundles', signed(), built())],
    [
      'with the signatures of version 2, and the older SLSA',
      () =>
        image('older', signed('signer', OLD), (at) =>
          registry.attest(at, 'signer', COMMIT, { slsa: '0.2', flags: [OLD] }),
        ),
    ],
    ['by its tag', () => image('tagged', signed(), built()).replace(/@.*/, '')],
    ['that somebody else signed as well', () => image('both', signed('stranger'), built(OTHER), signed(), built())],
  ])('proves an image %s', async (_, make) => {
    const found = await examined(make());
    expect(found).toMatchObject({
      ok: true,
      image: expect.stringMatching(/@sha256:[0-9a-f]{64}$/),
      signature: 'signed by the key of the policy',
      build: 'built from aaaaaaaaaaaa',
    });
  });

  it.each([
    ['nothing attached', () => image('bare'), 'it is not signed', 'no SLSA provenance that'],
    ['no attestation', () => image('unattested', signed()), 'signed by the key', 'no SLSA provenance that'],
    [
      'no signature, though it is attested',
      () => image('unsigned', built()),
      'no signature of its own',
      'built from a',
    ],
    [
      'another key',
      () => image('strange', signed('stranger'), built(COMMIT, 'stranger')),
      'nobody whom',
      'nobody whom',
    ],
    [
      'another commit',
      () => image('older-build', signed(), built(OTHER)),
      'signed by',
      "built from bbbbbbbbbbbb, not from the candidate's",
    ],
    [
      'an attestation by another key',
      () => image('mixed', signed(), built(COMMIT, 'stranger')),
      'signed by',
      'no SLSA provenance that',
    ],
    ['no such image', () => `${registry.host}/shop/none:1`, 'cosign: ', 'cosign: '],
    ['no registry', () => '127.0.0.1:9/shop/web:1', 'cosign: ', 'cosign: '],
  ])('refuses an image with %s', async (_, make, signature, build) => {
    const found = await examined(make());
    expect(found).toMatchObject({
      ok: false,
      signature: expect.stringContaining(signature),
      build: expect.stringContaining(build),
    });
  });

  it('says so where it is not on this machine', async () => {
    const verifier = openProvenance(
      { kind: 'cosign', timeout: '60s' },
      { cwd: folder, env: {}, exec: (program, args, options) => exec(`${program}-is-not-here`, args, options) },
    );
    const policy = provenancePolicySchema.parse({ signers: [{ key: registry.keys.signer }] });
    expect(await verifier.examine('web', policy)).toMatchObject({
      signature: { ok: false, reason: expect.stringContaining('it could not be examined') },
    });
  });

  it('takes any of several signers', async () => {
    const at = image('second', signed('stranger'), built(COMMIT, 'stranger'));
    const signers = [{ key: registry.keys.signer }, { key: registry.keys.stranger }];
    expect(await examined(at, { signers })).toMatchObject({ ok: true });
  });

  it('looks at bundles offline, and asks no registry', async () => {
    const at = image('offline', signed(), built());
    const [name = '', digest = ''] = at.split('@');
    mkdirSync(join(folder, 'bundles'), { recursive: true });
    const file = join(folder, 'bundles', `${digest.replace(':', '-')}.jsonl`);
    writeFileSync(file, registry.bundles(at));
    const settings = { bundles: 'bundles' };
    const elsewhere = at.replace(registry.host, '127.0.0.1:9');
    expect(await examined(elsewhere, { settings })).toMatchObject({ ok: true });
    expect(await examined(elsewhere, { settings, signers: [{ key: registry.keys.stranger }] })).toMatchObject({
      ok: false,
      signature: 'nobody whom the policy names has signed it',
    });
    expect(await examined(name, { settings })).toMatchObject({
      ok: false,
      signature: expect.stringContaining('by digest'),
    });
    const other = image('offline-other');
    writeFileSync(join(folder, 'bundles', `${other.split('@')[1]?.replace(':', '-')}.jsonl`), readFileSync(file));
    expect(await examined(other, { settings })).toMatchObject({
      ok: false,
      signature: expect.stringContaining('digest'),
    });
  });
});

describe('a release whose policy asks for provenance', () => {
  let company: Company;
  beforeAll(async () => {
    company = await startCompany();
    const key = registry.keys.signer.trimEnd().replaceAll('\n', '\n        ');
    appendFileSync(
      join(company.product.root, 'relctl/process/standard-3.0.yaml'),
      `\nprovenance:\n  transparencyLog: false\n  repository: https://github.com/acme/shop\n  signers:\n    - key: |\n        ${key}\n`,
    );
  });
  afterAll(async () => {
    await company?.stop();
  });

  const as = (who: string, ...args: readonly string[]) => company.relctl([...args, '--as', who]);

  /** A release that the board has let pass, with an image of its own. */
  async function approved(id: string, attach: (at: string, commit: string) => void): Promise<void> {
    const at = registry.push(`shop/web:${id}`, id);
    const commit = company.product.candidate(id, manifests(id, `hello from ${id}`));
    attach(at, commit);
    const plan = rpd({ id, commit, tag: id }).replace(`registry.example/web:${id}`, at);
    company.product.write(`releases/${id}.yaml`, plan);
    const exception = ['--exception', 'several releases share the window of this test'];
    const confirmed = ['--operational-readiness', '--security-review', '--impact-assessment'];
    expect(await as(PEOPLE.lead, 'submit-cab', id, ...exception)).toMatchObject({ code: 0 });
    expect(await as(PEOPLE.cab, 'signoff', 'cab', id, '--decision', 'go', ...confirmed)).toMatchObject({ code: 0 });
  }

  it.each([
    ['3.0.1-unsigned', () => undefined, 'it is not signed'],
    [
      '3.0.2-strange',
      (at: string, commit: string) => {
        registry.sign(at, 'stranger');
        registry.attest(at, 'stranger', commit);
      },
      'nobody whom the policy names has signed it',
    ],
    [
      '3.0.3-old',
      (at: string) => {
        registry.sign(at, 'signer');
        registry.attest(at, 'signer', OTHER);
      },
      "built from bbbbbbbbbbbb, not from the candidate's",
    ],
  ])('is not staged with %s, and nothing is changed', async (id, attach, reason) => {
    await approved(id, attach);
    const before = await company.contents('shop-staging');
    const refused = await as(PEOPLE.lead, 'stage', id);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('provenance.unproven');
    expect(refused.stderr).toContain(reason);
    expect(await company.contents('shop-staging')).toEqual(before);
    expect(company.history(id).phase).toBe('approved');
  });

  it('is staged when it holds, the record and the packet say so, and is asked again before production', async () => {
    const id = '3.1.0';
    await approved(id, (at, commit) => {
      registry.sign(at, 'signer');
      registry.attest(at, 'signer', commit);
    });
    const staged = await as(PEOPLE.lead, 'stage', id);
    expect(staged).toMatchObject({ code: 0 });
    expect(staged.stdout).toContain('signed by the key of the policy; built from');
    const completed = company.history(id).events.find(({ type }) => type === 'stage.completed');
    expect(completed?.data.provenance).toMatchObject([{ service: 'web', ok: true }]);
    const packet = await company.relctl(['packet', id]);
    expect(`${packet.stdout}${packet.stderr}`).toMatch(/Provenance of images[\s\S]*proved/);
    company.product.write(
      'reports/r.xml',
      '<testsuite name="r" tests="1"><testcase classname="r" name="greets"/></testsuite>',
    );
    const signed = [
      await as(PEOPLE.qa, 'signoff', 'qa', id, '--junit', 'reports/r.xml', '--passed', 'T-1', '--decision', 'pass'),
      await as(PEOPLE.ops, 'signoff', 'ops', id, '--decision', 'pass'),
    ];
    expect(signed.map(({ code }) => code)).toEqual([0, 0]);
    await registry.stop();
    const refused = await as(PEOPLE.ops, 'deploy', id, '--exception', 'several releases share the window of this test');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('provenance.unproven');
    expect(company.history(id).events.some(({ type }) => type === 'deploy.started')).toBe(false);
  });
});
