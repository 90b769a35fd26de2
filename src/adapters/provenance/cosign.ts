import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { imageDigest } from '../../domain/kubernetes/image-reference.ts';
import { readBuild, SLSA_TYPES } from '../../domain/provenance/slsa.ts';
import { RelctlError } from '../../errors.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { ProvenancePolicy, ProvenanceSettings } from '../../plan/provenance.ts';
import type { Build, ExaminedImage, Proved, Provenance } from '../../ports/provenance.ts';
import { isRecord, parseJson } from '../http/json.ts';
import type { Verifier, VerifierGround } from './verifier.ts';

/**
 * Signatures and provenance by cosign, version 2 or 3. It says what it verified on stdout, and why it did not on stderr.
 *
 * Since version 3 a signed attestation counts as a signature for `cosign verify`, and one of any kind; here a signature of the image itself is
 * asked for. cosign takes what it verifies from the registry, with the login of docker, or from bundles, and then asks nobody.
 */

type Settings = Extract<ProvenanceSettings, { readonly kind: 'cosign' }>;
type Signer = ProvenancePolicy['signers'][number];

/** What `cosign verify` calls a signature of an image, in both of its formats. */
const SIGNATURE_TYPES: ReadonlySet<unknown> = new Set([
  'https://sigstore.dev/cosign/sign/v1',
  'cosign container image signature',
]);
const SIGNATURE_TYPE = 'https://sigstore.dev/cosign/sign/v1';

/** The variable that hands a key over without a file. */
const KEY_VARIABLE = 'RELCTL_COSIGN_KEY';

/** The verifier. */
export const cosign: Verifier<Settings> = {
  open(settings, ground): Provenance {
    return {
      verifier: 'cosign',
      async examine(image, policy) {
        const found: ExaminedImage[] = [];
        for (const signer of policy.signers) {
          const one = await examineBy(image, signer, policy, { settings, ground });
          if (one.signature.ok && one.builds.ok) return one;
          found.push(one);
        }
        return together(found);
      },
    };
  },
};

interface At {
  readonly settings: Settings;
  readonly ground: VerifierGround;
}

/** Where no signer vouches for all of it: what the best of them does. */
function together(found: readonly ExaminedImage[]): ExaminedImage {
  const best = found.find((one) => one.signature.ok) ?? found.find((one) => one.builds.ok) ?? found[0];
  if (best === undefined) throw new Error('a policy without signers');
  return best;
}

async function examineBy(image: string, signer: Signer, policy: ProvenancePolicy, at: At): Promise<ExaminedImage> {
  try {
    const flags = flagsOf(signer, policy, at);
    return at.settings.bundles === undefined
      ? await inRegistry(image, signer, flags, at)
      : await inBundles(image, signer, flags, { ...at, folder: resolve(at.ground.cwd, at.settings.bundles) });
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    const reason = `it could not be examined: ${error.message}`;
    return { digest: undefined, signature: { ok: false, reason }, builds: { ok: false, reason } };
  }
}

function flagsOf(signer: Signer, { transparencyLog }: ProvenancePolicy, { settings, ground }: At): readonly string[] {
  return [
    ...('key' in signer
      ? [`--key=${isPem(signer.key) ? `env://${KEY_VARIABLE}` : signer.key}`]
      : [`--certificate-identity=${signer.identity}`, `--certificate-oidc-issuer=${signer.issuer}`]),
    ...(transparencyLog ? [] : ['--insecure-ignore-tlog=true']),
    ...(settings.trustedRoot === undefined ? [] : [`--trusted-root=${resolve(ground.cwd, settings.trustedRoot)}`]),
  ];
}

/** Runs cosign once. Errors: RelctlError `tool.missing`, `tool.timeout`. */
async function run(args: readonly string[], signer: Signer, { settings, ground }: At) {
  return ground.exec('cosign', args, {
    cwd: ground.cwd,
    timeout: durationSeconds(settings.timeout) * 1000,
    maxBuffer: 32 << 20,
    env: 'key' in signer && isPem(signer.key) ? { [KEY_VARIABLE]: signer.key } : {},
  });
}

async function inRegistry(image: string, signer: Signer, flags: readonly string[], at: At): Promise<ExaminedImage> {
  const { registryCa } = at.settings;
  const all = [
    ...flags,
    ...(registryCa === undefined ? [] : [`--registry-cacert=${resolve(at.ground.cwd, registryCa)}`]),
  ];
  const verified = await run(['verify', ...all, '--output=json', '--', image], signer, at);
  const claims = verified.exitCode === 0 ? parseJson(verified.stdout.trim()) : undefined;
  const signed = Array.isArray(claims) ? claims.map(claimOf) : [];
  const own = signed.find(({ type }) => SIGNATURE_TYPES.has(type));
  const signature: Proved<string> =
    own !== undefined
      ? { ok: true, value: nameOf(signer) }
      : { ok: false, reason: verified.exitCode === 0 ? NO_SIGNATURE : whyNot(verified.stderr) };
  return {
    digest: (own ?? signed[0])?.digest ?? imageDigest(image),
    signature,
    builds: await attested(image, signer, all, at),
  };
}

/** The statements of each version of SLSA that the signer has signed. */
async function attested(
  image: string,
  signer: Signer,
  flags: readonly string[],
  at: At,
): Promise<Proved<readonly Build[]>> {
  const reasons: string[] = [];
  for (const type of Object.keys(SLSA_TYPES)) {
    const { exitCode, stdout, stderr } = await run(
      ['verify-attestation', `--type=${type}`, ...flags, '--', image],
      signer,
      at,
    );
    if (exitCode !== 0) {
      reasons.push(whyNot(stderr));
      continue;
    }
    const builds = stdout.split('\n').flatMap((line) => buildIn(parseJson(line)));
    if (builds.length > 0) return { ok: true, value: builds };
    reasons.push('its provenance does not read');
  }
  return { ok: false, reason: reasons.find((one) => one !== NO_PROVENANCE) ?? NO_PROVENANCE };
}

const NO_SIGNATURE = 'it has an attestation and no signature of its own';
const NO_PROVENANCE = 'it has no SLSA provenance that the policy’s signers signed';

/** Bundles of an image lie side by side in one file, as `gh attestation download` writes them; what they say is looked at with no network. */
async function inBundles(
  image: string,
  signer: Signer,
  flags: readonly string[],
  at: At & { readonly folder: string },
): Promise<ExaminedImage> {
  const digest = imageDigest(image);
  const missing = (reason: string): ExaminedImage => ({
    digest,
    signature: { ok: false, reason },
    builds: { ok: false, reason },
  });
  if (digest === undefined) return missing('bundles are looked up by digest, and it is named by its tag');
  const name = `${digest.replace(':', '-')}.jsonl`;
  const text = await readFile(join(at.folder, name), 'utf8').catch(() => undefined);
  if (text === undefined) return missing(`there is no bundle ${name}`);
  const bundles = text.split('\n').filter((line) => line.trim() !== '');
  const scratch = await mkdtemp(join(tmpdir(), 'relctl-bundle-'));
  try {
    const verified: unknown[] = [];
    const reasons: string[] = [];
    for (const [index, bundle] of bundles.entries()) {
      const statement = statementIn(parseJson(bundle), 'dsseEnvelope');
      const type = isRecord(statement) ? String(statement.predicateType) : '';
      const file = join(scratch, `${index}.json`);
      await writeFile(file, bundle);
      const digestFlags = [`--digest=${digest.slice('sha256:'.length)}`, '--digestAlg=sha256'];
      const args = ['verify-blob-attestation', `--bundle=${file}`, ...digestFlags, `--type=${type}`, ...flags];
      const { exitCode, stderr } = await run(args, signer, at);
      if (exitCode === 0) verified.push(statement);
      else reasons.push(whyNot(stderr));
    }
    const signed = verified.some((one) => isRecord(one) && one.predicateType === SIGNATURE_TYPE);
    const builds = verified.flatMap((one) => readBuild(one) ?? []);
    const reason = reasons[0];
    return {
      digest,
      signature: signed ? { ok: true, value: nameOf(signer) } : { ok: false, reason: reason ?? NO_SIGNATURE },
      builds: builds.length > 0 ? { ok: true, value: builds } : { ok: false, reason: reason ?? NO_PROVENANCE },
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function claimOf(claim: unknown): { readonly type: unknown; readonly digest: string | undefined } {
  const critical = isRecord(claim) && isRecord(claim.critical) ? claim.critical : {};
  const image = isRecord(critical.image) ? critical.image : {};
  const digest = image['docker-manifest-digest'];
  return { type: critical.type, digest: typeof digest === 'string' ? digest : undefined };
}

function buildIn(envelope: unknown): readonly Build[] {
  const build = readBuild(statementIn({ envelope }, 'envelope'));
  return build === undefined ? [] : [build];
}

/** The statement inside a DSSE envelope (in-toto attestation framework). */
function statementIn(holder: unknown, field: string): unknown {
  const envelope = isRecord(holder) ? holder[field] : undefined;
  if (!isRecord(envelope) || typeof envelope.payload !== 'string') return undefined;
  return parseJson(Buffer.from(envelope.payload, 'base64').toString('utf8'));
}

/** cosign's own sentence, where it is one that people have to understand in another way. */
function whyNot(stderr: string): string {
  const said = /^Error: ([\s\S]*?)(?:\nerror during command execution|$)/m.exec(stderr)?.[1] ?? stderr;
  const line = (said.split('\n')[0] ?? '').replace(/\s+/g, ' ').trim();
  if (/no signatures found/.test(line)) return 'it is not signed';
  if (/none of the attestations matched the predicate type|^no matching attestations: ?$/.test(line))
    return NO_PROVENANCE;
  if (/could not verify envelope|invalid signature|none of the expected identities matched/.test(line)) {
    return 'nobody whom the policy names has signed it';
  }
  return line === '' ? 'cosign did not say why' : `cosign: ${line.slice(0, 300)}`;
}

function isPem(key: string): boolean {
  return key.startsWith('-----BEGIN');
}

function nameOf(signer: Signer): string {
  if ('identity' in signer) return signer.identity;
  return isPem(signer.key) ? 'the key of the policy' : signer.key;
}
