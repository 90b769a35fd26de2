/** Files of the change that belong to no service, as people read them: a folder of many is one line, with what lies in it first. */

/** More than this of one folder are one line. */
const FEW = 3;

/** Files that are told together; a group of one is a file by itself. */
export interface UnmappedFiles {
  /** Their folder, two levels deep at most; empty for a file by itself. */
  readonly folder: string;
  readonly files: readonly string[];
}

/** Groups the files, in their order. */
export function unmappedGroups(files: readonly string[]): readonly UnmappedFiles[] {
  const groups = new Map<string, string[]>();
  for (const file of files) groups.set(folderOf(file), [...(groups.get(folderOf(file)) ?? []), file]);
  return [...groups].flatMap(([folder, all]): UnmappedFiles[] =>
    folder === '' || all.length <= FEW ? all.map((file) => ({ folder: '', files: [file] })) : [{ folder, files: all }],
  );
}

/** As a finding of the plan: what somebody has to say, with its evidence in brackets. */
export function unmappedSentence({ folder, files }: UnmappedFiles): string {
  return folder === ''
    ? `Changed file that belongs to no service; say what it affects (${files[0] ?? ''})`
    : `${files.length} changed files of ${folder} belong to no service; say what they affect (${whereOf({ folder, files })})`;
}

/** As a row of what was found: kind, name, what, where. */
export function unmappedRow(group: UnmappedFiles): string[] {
  const name = group.folder === '' ? (group.files[0] ?? '') : `${group.folder}, ${group.files.length} files`;
  return ['no service', name, 'a person decides', whereOf(group)];
}

function whereOf({ files }: UnmappedFiles): string {
  const [first = ''] = files;
  return files.length > 1 ? `${first} and ${files.length - 1} more` : first;
}

function folderOf(file: string): string {
  return file.split('/').slice(0, -1).slice(0, 2).join('/');
}
