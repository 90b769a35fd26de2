import type { Git } from './git.ts';

/** A version as tags write it, with or without a word before it: `4.1.0`, `v4.1`, `web-v4.1.0`, `release/2026.11`. */
const VERSION_TAG = /^(?:[A-Za-z][\w.-]*[-/])?v?\d+(?:\.\d+)*$/;
const PRE_RELEASE = /[-._](?:rc|alpha|beta|pre|preview|dev|snapshot|nightly)(?![a-z])/i;

/**
 * The tag that was made last among those that name a version; of several made in the same second, the highest version.
 * Pre-releases (`v4.2.0-rc.1`) never ran in production.
 */
export async function latestVersionTag(git: Git): Promise<string | undefined> {
  const output = await git.read([
    'for-each-ref',
    '--sort=-version:refname',
    '--sort=-creatordate',
    '--format=%(refname)',
    'refs/tags',
  ]);
  return output
    .split('\n')
    .map((ref) => ref.slice('refs/tags/'.length))
    .find((tag) => VERSION_TAG.test(tag) && !PRE_RELEASE.test(tag));
}
