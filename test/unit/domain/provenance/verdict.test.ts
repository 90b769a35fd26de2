import { describe, expect, it } from 'vitest';
import { readBuild } from '../../../../src/domain/provenance/slsa.ts';
import { provenanceFinding, sayFinding } from '../../../../src/domain/provenance/verdict.ts';
import { provenancePolicySchema } from '../../../../src/plan/provenance.ts';
import type { Build, ExaminedImage } from '../../../../src/ports/provenance.ts';

const COMMIT = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);
const SHOP = 'git+https://github.com/acme/shop@refs/heads/main';
const policy = (more: object = {}) => provenancePolicySchema.parse({ signers: [{ key: 'k8s://shop/key' }], ...more });
const build = (commit: string, repository = SHOP): Build => ({ builder: 'ci', sources: [{ repository, commit }] });

function finding(builds: readonly Build[] | string, more: object = {}, signature: ExaminedImage['signature'] = SIGNED) {
  const examined: ExaminedImage = {
    digest: `sha256:${'1'.repeat(64)}`,
    signature,
    builds: typeof builds === 'string' ? { ok: false, reason: builds } : { ok: true, value: builds },
  };
  return provenanceFinding({ service: 'web', image: 'shop/web:2' }, examined, policy(more), COMMIT);
}
const SIGNED = { ok: true as const, value: 'the key of the policy' };

describe('an image', () => {
  it('is proved when it is signed and was built from the commit, whatever else was attested', () => {
    const found = finding([build(OTHER), build(COMMIT)]);
    expect(found).toEqual({
      service: 'web',
      image: `shop/web:2@sha256:${'1'.repeat(64)}`,
      ok: true,
      signature: 'signed by the key of the policy',
      build: `built from ${COMMIT.slice(0, 12)}`,
    });
    expect(sayFinding(found)).toBe('web: signed by the key of the policy, built from aaaaaaaaaaaa');
  });

  it.each([
    ['another commit', [build(OTHER)], {}, "built from bbbbbbbbbbbb, not from the candidate's aaaaaaaaaaaa"],
    ['no statement', [], {}, 'no SLSA provenance'],
    ['no proof of one', 'it is not signed', {}, 'it is not signed'],
    ['a statement without a commit', [{ builder: 'ci', sources: [] }], {}, 'its provenance names no commit'],
    ['another builder', [build(COMMIT)], { builder: 'their-ci' }, 'built by ci, not by their-ci'],
    [
      'another repository',
      [build(COMMIT, 'git+https://github.com/mallory/shop')],
      { repository: 'https://github.com/acme/shop' },
      'not from https://github.com/acme/shop',
    ],
  ] as const)('is not proved with %s', (_, builds, more, text) => {
    const found = finding(builds, more);
    expect(found.ok).toBe(false);
    expect(found.build).toContain(text);
  });

  it('is not proved without a signature, though its build is', () => {
    const found = finding([build(COMMIT)], {}, { ok: false, reason: 'it is not signed' });
    expect(found).toMatchObject({ ok: false, signature: 'it is not signed' });
    expect(sayFinding(found)).toContain('it is not signed; built from aaaaaaaaaaaa');
  });

  it.each([
    'https://github.com/acme/shop',
    'https://github.com/acme/shop.git',
    'git+ssh://git@github.com/Acme/shop',
    'git+https://github.com/acme/shop@refs/tags/v2',
  ])('is of the repository, spelled %s', (repository) => {
    expect(finding([build(COMMIT, repository)], { repository: 'https://github.com/acme/shop' }).ok).toBe(true);
  });
});

describe('SLSA provenance', () => {
  const v1 = 'https://slsa.dev/provenance/v1';
  const v02 = 'https://slsa.dev/provenance/v0.2';

  it('is read in both versions, with the commits that it names', () => {
    const dependency = { uri: SHOP, digest: { gitCommit: COMMIT.toUpperCase() } };
    const predicate = {
      buildDefinition: { resolvedDependencies: [dependency] },
      runDetails: { builder: { id: 'ci' } },
    };
    expect(readBuild({ predicateType: v1, predicate })).toEqual(build(COMMIT));
    const old = {
      builder: { id: 'ci' },
      materials: [
        { uri: SHOP, digest: { sha1: COMMIT } },
        { uri: 'pkg:docker/node', digest: { sha1: OTHER } },
      ],
    };
    expect(readBuild({ predicateType: v02, predicate: old })).toEqual(build(COMMIT));
  });

  it.each([
    ['another statement', { predicateType: 'https://cyclonedx.org/bom', predicate: {} }],
    ['one that does not read', { predicateType: v1, predicate: { buildDefinition: [] } }],
    ['nothing', undefined],
    ['text', 'statement'],
  ])('is not %s', (_, statement) => {
    expect(readBuild(statement)).toBeUndefined();
  });
});
