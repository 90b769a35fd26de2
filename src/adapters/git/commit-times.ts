import type { Git } from './git.ts';

/**
 * When commits were made, milliseconds since the epoch; those that are not there (a shallow clone, a branch that was deleted) are
 * left out. Two calls of git, however many commits.
 */
export async function commitTimesOf(git: Git, commits: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const input = `${commits.join('\n')}\n`;
  const known = (await git.read(['cat-file', '--batch-check=%(objectname) %(objecttype)'], { input }))
    .split('\n')
    .flatMap((line) => (line.endsWith(' commit') ? [line.slice(0, -' commit'.length)] : []));
  if (known.length === 0) return new Map();
  const output = await git.read(['log', '--no-walk=unsorted', '--format=tformat:%H %ct', '--stdin'], {
    input: `${known.join('\n')}\n`,
  });
  return new Map(
    output
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [hash = '', seconds = ''] = line.split(' ');
        return [hash, Number(seconds) * 1000] as const;
      }),
  );
}
