import type { ProvenancePolicy } from '../../plan/provenance.ts';
import type { Build, ExaminedImage } from '../../ports/provenance.ts';

/** What was found of an image of a service, as it is recorded. */
export interface ProvenanceFinding {
  readonly service: string;
  readonly image: string;
  readonly ok: boolean;
  /** Who signed it, or why it is not signed. */
  readonly signature: string;
  /** What it was built from, or why that is not proved. */
  readonly build: string;
}

/**
 * Whether an image may be shipped: one of the policy's signers has signed it, and has signed that it was built from the candidate's commit,
 * where the policy says so from this repository and by this builder.
 * @param commit full id of the candidate's commit
 */
export function provenanceFinding(
  { service, image }: { readonly service: string; readonly image: string },
  { digest, signature, builds }: ExaminedImage,
  policy: ProvenancePolicy,
  commit: string,
): ProvenanceFinding {
  const built = builds.ok ? builtFrom(builds.value, policy, commit) : { ok: false, text: builds.reason };
  return {
    service,
    image: digest === undefined || image.includes('@') ? image : `${image}@${digest}`,
    ok: signature.ok && built.ok,
    signature: signature.ok ? `signed by ${signature.value}` : signature.reason,
    build: built.text,
  };
}

/** A finding as one sentence. */
export function sayFinding({ service, image, ok, signature, build }: ProvenanceFinding): string {
  return ok ? `${service}: ${signature}, ${build}` : `${service} (${image}): ${signature}; ${build}`;
}

interface Verdict {
  readonly ok: boolean;
  readonly text: string;
}

/** The first statement that holds decides; without one, the first says why. */
function builtFrom(builds: readonly Build[], policy: ProvenancePolicy, commit: string): Verdict {
  const verdicts = builds.map((build) => verdictOf(build, policy, commit));
  return verdicts.find(({ ok }) => ok) ?? verdicts[0] ?? { ok: false, text: 'no SLSA provenance' };
}

function verdictOf({ builder, sources }: Build, policy: ProvenancePolicy, commit: string): Verdict {
  const wanted = policy.repository;
  const ours = sources.filter(({ repository }) => wanted === undefined || nameOf(repository) === nameOf(wanted));
  const [other] = sources;
  if (other === undefined) return { ok: false, text: 'its provenance names no commit' };
  if (ours.length === 0) return { ok: false, text: `built from ${other.repository}, not from ${wanted}` };
  if (policy.builder !== undefined && builder !== policy.builder) {
    return { ok: false, text: `built by ${builder ?? 'nobody that it names'}, not by ${policy.builder}` };
  }
  const source = ours.find((one) => one.commit === commit.toLowerCase());
  if (source === undefined) {
    return { ok: false, text: `built from ${short(ours[0]?.commit ?? '')}, not from the candidate's ${short(commit)}` };
  }
  return { ok: true, text: `built from ${short(commit)}` };
}

/** A repository without what its URI says of how it was fetched: `git+https://github.com/acme/shop.git@refs/heads/main` is `github.com/acme/shop`. */
function nameOf(uri: string): string {
  return uri
    .toLowerCase()
    .replace(/^git\+/, '')
    .replace(/^[a-z]+:\/\//, '')
    .replace(/^[^/@]*@/, '')
    .replace(/@[^@]*$/, '')
    .replace(/\/+$|\.git$/, '');
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
