import type { LatestTag } from '../../ports/repository.ts';
import type { Git } from './git.ts';

/** A version as tags write it, with or without a word before it: `4.1.0`, `v4.1`, `web-v4.1.0`, `release/2026.11`. */
const VERSION_TAG = /^(?:[A-Za-z][\w.-]*[-/])?v?\d+(?:\.\d+)*$/;
/** A package of a monorepo with its version, as changesets and Lerna write it: `@acme/web@5.0.0`. */
const PACKAGE_TAG = /^@?[\w./-]+@v?\d+(?:\.\d+)*$/;
const PRE_RELEASE = /[-._](?:rc|alpha|beta|pre|preview|dev|snapshot|nightly)(?![a-z])/i;
const COLLATOR = new Intl.Collator('en', { numeric: true });

/**
 * The tag that was made last among those that name a version; of several made in the same second, the highest version.
 * Pre-releases (`v4.2.0-rc.1`) never ran in production. One that was made on another line than the checked-out one (a maintenance
 * release) is passed over for a higher version of this line, and named. Newer tags of single packages are named too.
 */
export async function latestVersionTag(git: Git): Promise<LatestTag | undefined> {
  const tags = await tagsOf(git, []);
  const found = await newestOfThisLine(git, tags.filter(isVersion));
  if (found === undefined) return undefined;
  const packages = tags
    .slice(0, tags.indexOf(found.tag))
    .filter((tag) => PACKAGE_TAG.test(tag) && !PRE_RELEASE.test(tag));
  return packages.length === 0 ? found : { ...found, packages };
}

async function newestOfThisLine(git: Git, [newest, ...others]: readonly string[]): Promise<LatestTag | undefined> {
  if (newest === undefined || (await isOnThisLine(git, newest)))
    return newest === undefined ? undefined : { tag: newest };
  const own = new Set((await tagsOf(git, ['--merged=HEAD'])).filter(isVersion));
  const here = others.find((tag) => own.has(tag));
  return here !== undefined && COLLATOR.compare(numbers(here), numbers(newest)) > 0
    ? { tag: here, passedOver: newest }
    : { tag: newest };
}

const isVersion = (tag: string): boolean => VERSION_TAG.test(tag) && !PRE_RELEASE.test(tag);

/** Names of all tags, the newest first. */
async function tagsOf(git: Git, only: readonly string[]): Promise<string[]> {
  const output = await git.read([
    'for-each-ref',
    ...only,
    '--sort=-version:refname',
    '--sort=-creatordate',
    '--format=%(refname)',
    'refs/tags',
  ]);
  return output.split('\n').map((ref) => ref.slice('refs/tags/'.length));
}

async function isOnThisLine(git: Git, tag: string): Promise<boolean> {
  return (await git.run(['merge-base', '--is-ancestor', `refs/tags/${tag}`, 'HEAD'])).exitCode === 0;
}

const numbers = (tag: string): string => /\d+(?:\.\d+)*$/.exec(tag)?.[0] ?? '';
