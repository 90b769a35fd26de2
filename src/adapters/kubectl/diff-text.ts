import { byName } from '../../text/by-name.ts';

/**
 * kubectl's diff without what differs from run to run (the command line, the names of temporary folders, the times of the
 * files) and without the values of Secrets, which kubectl before 1.21 shows in a server-side diff. `LIVE` is what the cluster
 * has, `MERGED` what it would have.
 */
export function stableDiff(output: string): string {
  const lines = output
    .split('\n')
    .filter((line) => !/^diff .*LIVE-\d+/.test(line))
    .map((line) =>
      line
        .replace(/^--- .*?LIVE-\d+\/(\S+).*$/, '--- live/$1')
        .replace(/^\+\+\+ .*?MERGED-\d+\/(\S+).*$/, '+++ planned/$1'),
    );
  return maskSecrets(lines).join('\n');
}

const MASKS: Readonly<Record<string, string>> = byName({ '-': "'*** (before)'", '+': "'*** (after)'", ' ': "'***'" });

/**
 * Hides every value below a Secret's `data`, and the copy of the whole Secret that `kubectl apply` keeps in an annotation. A
 * hunk may begin in the middle of a section: as long as it is not known to be `metadata`, it is hidden too.
 */
function maskSecrets(lines: readonly string[]): readonly string[] {
  let inSecret = false;
  let section: string | undefined;
  return lines.map((line) => {
    if (line.startsWith('--- live/')) inSecret = line.startsWith('--- live/v1.Secret.');
    if (line.startsWith('@@')) section = undefined;
    const mask = MASKS[line[0] ?? ''];
    if (!inSecret || mask === undefined || /^(--- live|\+\+\+ planned)\//.test(line)) return line;
    const text = line.slice(1);
    section = /^(\w+):/.exec(text)?.[1] ?? section;
    const [, key, value] = /^(\s+[^\s:{"'][^:]*:)\s*(\S.*)?$/.exec(text) ?? [];
    if (section === 'metadata' && !/^\s*\{|last-applied-configuration/.test(text)) return line;
    if (!text.startsWith(' ') || text.includes("'***")) return line;
    if (key === undefined) return `${line[0]}  ${mask}`;
    return value === undefined ? line : `${line[0]}${key} ${mask}`;
  });
}
