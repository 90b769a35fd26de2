/**
 * A file by what git keeps of it: its mode, which says whether it is run or is a link, and what identifies its content, such as
 * `100755 3b18e5…`. Of a file that git does not keep, and in what an older relctl recorded, there is no mode.
 */
export function fileVersion(mode: string | undefined, content: string): string {
  return mode === undefined ? content : `${mode} ${content}`;
}

/** True where a file is the one that was recorded. Where no mode was recorded, the content decides. */
export function isVersion(recorded: string, now: string | undefined): boolean {
  if (now === undefined) return false;
  return recorded === now || (modeOf(recorded) === undefined && recorded === contentOf(now));
}

/** The other mode of a file whose content is the one that was recorded, as a half sentence; `undefined` where its content is another. */
export function otherMode(recorded: string, now: string): string | undefined {
  const [before, after] = [modeOf(recorded), modeOf(now)];
  if (before === undefined || after === undefined || contentOf(recorded) !== contentOf(now)) return undefined;
  return `has the mode ${after} in git, and ${before}`;
}

function modeOf(version: string): string | undefined {
  return /^(\d{6}) /.exec(version)?.[1];
}

function contentOf(version: string): string {
  return version.replace(/^\d{6} /, '');
}
