import { isVersion } from '../../domain/binding/file-version.ts';
import type { SubmittedTree } from '../../domain/binding/work-tree.ts';
import type { Context } from '../release/context.ts';

type Ground = Pick<Context, 'repository'>;

/** How the work tree stands to what was submitted. */
export interface Standing {
  /** Files that are neither as submitted, as far as anybody knows, nor as the protected branch has them. */
  readonly other: readonly string[];
  /** Files that are not as submitted since somebody took back what the submission had made of them, whatever the protected branch has. */
  readonly takenBack: ReadonlySet<string>;
  /** False where what was submitted is not here: then every file counts that is not as the protected branch has it. */
  readonly isKnown: boolean;
}

/**
 * Compares the work tree with what was submitted. A file of the protected branch may be another meanwhile, by a review there. That is not so where
 * the submission itself had changed the file and the branch has never had it so: then what was approved is taken back, such as a
 * smoke test that is deleted again.
 * @param tip commit of the protected branch
 */
export async function standingOf({ repository }: Ground, tree: SubmittedTree, tip: string): Promise<Standing> {
  const merged = await repository.changedSince(tip);
  const since = tree.since ?? (await repository.filesSince(tip, tree.commit));
  const found = since === undefined ? undefined : await changedFrom(repository, since);
  const changed = found ?? (await repository.changedSince(tree.commit));
  if (changed === undefined || since === undefined)
    return { other: merged ?? [], takenBack: new Set(), isKnown: false };
  const others = new Set(merged ?? changed);
  const asMerged = changed.filter((path) => !others.has(path));
  const stood = new Set(await repository.stoodOnLine(tip, since, asMerged));
  return {
    other: changed.filter((path) => others.has(path)),
    takenBack: new Set(asMerged.filter((path) => !stood.has(path))),
    isKnown: true,
  };
}

/** Files that are otherwise than a commit had them, from what it had otherwise than its base; `undefined` where the base is not here. */
async function changedFrom(
  repository: Ground['repository'],
  { base, files }: NonNullable<SubmittedTree['since']>,
): Promise<readonly string[] | undefined> {
  const own = Object.keys(files);
  const [fromBase, versions] = await Promise.all([repository.changedSince(base), repository.versions(own)]);
  if (fromBase === undefined) return undefined;
  return [
    ...fromBase.filter((path) => !Object.hasOwn(files, path)),
    ...own.filter((path) => !isVersion(files[path] ?? '', versions.get(path))),
  ];
}
