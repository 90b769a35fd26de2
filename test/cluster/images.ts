import { createHash } from 'node:crypto';

/** What an image does, by its tag: the tests' registry. */
export interface Image {
  /** Without tag and digest. */
  readonly name: string;
  /** `name@sha256:…`, as a node reports it. */
  readonly id: string;
  readonly tag: string;
  /** False when no registry has it. */
  readonly exists: boolean;
  /** Environment that makes app.js behave like this image. */
  readonly behaviour: Readonly<Record<string, string>>;
}

/**
 * Words in a tag that make a version bad; a number after the word is per cent, as in `4.2.0-bad-errors-20`.
 * Every other tag is a good version.
 */
const WORDS: readonly (readonly [word: RegExp, behaviour: (percent: number) => Record<string, string>])[] = [
  [/bad-errors(?:-(\d+))?/, (percent) => ({ ERROR_RATE: String((percent || 5) / 100) })],
  [/bad-slow(?:-(\d+))?/, (percent) => ({ SLOW_RATE: String((percent || 30) / 100), SLOW_MS: '600' })],
  [/crash/, () => ({ CRASH: 'FATAL: cannot reach the ledger: connection refused' })],
  [/slow-start/, () => ({ START_MS: '3000' })],
];

/** Images by digest, for pods that name an image by `@sha256:` alone; one for all clusters, as a registry is. */
const tagsByDigest = new Map<string, string>();

/** The digest that the tests' registry has for `name:tag`: 64 hex digits, made from the text. */
function imageDigest(nameAndTag: string): string {
  const digest = createHash('sha256').update(nameAndTag).digest('hex');
  const { tag } = splitImage(nameAndTag);
  tagsByDigest.set(digest, tag);
  return digest;
}

/** Looks an image up, by tag or by digest; a digest that nobody has seen does not exist. */
export function findImage(image: string): Image {
  const { name, tag, digest } = splitImage(image);
  const known = digest === undefined ? tag : (tagsByDigest.get(digest) ?? (tag === '' ? undefined : tag));
  const effective = known ?? '';
  const behaviour: Record<string, string> = { SERVICE: name.split('/').at(-1) ?? name, VERSION: effective };
  for (const [word, make] of WORDS) {
    const match = word.exec(effective);
    if (match) Object.assign(behaviour, make(Number(match[1] ?? 0)));
  }
  return {
    name,
    id: `${name}@sha256:${digest ?? imageDigest(`${name}:${tag}`)}`,
    tag: effective,
    exists: known !== undefined && !effective.includes('missing'),
    behaviour,
  };
}

function splitImage(image: string): { name: string; tag: string; digest: string | undefined } {
  const [reference = image, digest] = image.split('@sha256:');
  const colon = reference.lastIndexOf(':');
  const tagged = colon > reference.lastIndexOf('/');
  return {
    name: tagged ? reference.slice(0, colon) : reference,
    tag: tagged ? reference.slice(colon + 1) : digest === undefined ? 'latest' : '',
    digest,
  };
}
