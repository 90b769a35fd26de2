/** The changelog of relctl: what it says of commands and flags, and how a version is made of what is unreleased. */

/**
 * Commands and flags that a changelog names: lines such as "- `plan`: `--feature`, `--base`"; a flag counts for the command of its line.
 * @param {string} text CHANGELOG.md
 * @returns {Set<string>} such as `plan` and `plan --feature`
 */
export function namedIn(text) {
  const lines = [...text.matchAll(/^- `([a-z -]+)`(?:: (`--.*))?((?:\n {2}.*)*)$/gm)];
  return new Set(
    lines.flatMap(([, command, flags = '', more = '']) => [
      command,
      ...[...`${flags}${more}`.matchAll(/`(--[a-z-]+)`/g)].map(([, flag]) => `${command} ${flag}`),
    ]),
  );
}

/**
 * Commands and flags that there are, in the words of {@link namedIn}.
 * @param {readonly { path: string, options?: readonly (readonly string[])[] }[]} entries
 * @param {readonly string[]} everywhere flags of every command
 */
export function commandsAndFlags(entries, everywhere) {
  const flagOf = (written) => /--[a-z-]+/.exec(written)?.[0];
  return [
    ...entries.flatMap(({ path, options = [] }) => [path, ...options.map(([flag]) => `${path} ${flagOf(flag)}`)]),
    ...everywhere.map((flag) => `everywhere ${flagOf(flag)}`),
  ];
}

/**
 * The changelog with its section `Unreleased` turned into that of a version, above an empty new one.
 * @param {string} text CHANGELOG.md
 * @param {string} version such as 0.2.0
 * @param {string} date such as 2026-11-28
 * @returns {{ text: string, notes: string } | undefined} `undefined` when there is nothing unreleased
 */
export function releasedChangelog(text, version, date) {
  const heading = /^## Unreleased *\n/m.exec(text);
  if (heading === null) return undefined;
  const start = heading.index + heading[0].length;
  const next = text.slice(start).search(/^## /m);
  const notes = text.slice(start, next === -1 ? undefined : start + next).trim();
  if (notes === '') return undefined;
  const after = next === -1 ? '' : `\n${text.slice(start + next)}`;
  return {
    text: `${text.slice(0, heading.index)}## Unreleased\n\n## ${version} (${date})\n\n${notes}\n${after}`,
    notes,
  };
}
