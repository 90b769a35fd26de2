/**
 * kubectl's diff without what differs from run to run: the command line, the names of temporary folders, and the times of the
 * files. `LIVE` is what the cluster has, `MERGED` what it would have.
 */
export function stableDiff(output: string): string {
  return output
    .split('\n')
    .filter((line) => !/^diff .*LIVE-\d+/.test(line))
    .map((line) =>
      line
        .replace(/^--- .*?LIVE-\d+\/(\S+).*$/, '--- live/$1')
        .replace(/^\+\+\+ .*?MERGED-\d+\/(\S+).*$/, '+++ planned/$1'),
    )
    .join('\n');
}
