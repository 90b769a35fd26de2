import { type Bound, boundDifferences, boundOf } from '../../domain/binding/bound.ts';
import { runsPrograms } from '../../domain/binding/named-files.ts';
import { treeOf, whatProgramsRead } from '../../domain/binding/work-tree.ts';
import type { ReleaseState } from '../../domain/history/state.ts';
import { RelctlError } from '../../errors.ts';
import { sha256 } from '../../plan/digest.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { evenLineBytes } from '../../text/line-ends.ts';
import type { Context } from '../release/context.ts';
import { CONFIG_FILE } from '../release/settings.ts';
import { readKept } from './bind.ts';
import { type FilesGround, versionsOfNamed } from './named-files.ts';
import { type Standing, standingOf } from './submitted-tree.ts';

/** What looks at production: where metrics, alerts and incidents are read, and the programs that ask. */
const WATCHES = /^(relctl\.yaml|program) /;

/**
 * What looks at production after a deployment and is another than what was submitted. Whoever may push could else let a release be looked at
 * somewhere else, and what is seen there would be signed. A file as the protected branch has it may change meanwhile; the policy comes from there
 * in any case.
 * @param tip commit of the protected branch
 */
export async function watchedDifferences(
  context: FilesGround & Pick<Context, 'store' | 'signing'>,
  plan: ReleasePlan,
  policy: Policy,
  { cab }: Pick<ReleaseState, 'cab'>,
  tip: string,
): Promise<readonly string[]> {
  if (cab?.bound === undefined) return [];
  const services = plan.spec.services.map((one) => one.name);
  const programs = await versionsOfNamed(context, plan.spec);
  const now = boundOf({ config: context.config, policy, services, base: '', objects: {}, programs });
  const before = await readKept(context, plan.id, cab.bound);
  const tree = treeOf(before);
  const standing = tree === undefined ? undefined : await standingOf(context, tree, tip);
  const names = [...Object.keys(before), ...Object.keys(now)].filter((name) => WATCHES.test(name));
  const files = [...new Set(names.map(fileOf))].filter((file) => standing?.takenBack.has(file) !== true);
  const reviewed = await reviewedOf(context, tip, files);
  const own = (bound: Bound): Bound =>
    Object.fromEntries(Object.entries(bound).filter(([name]) => WATCHES.test(name) && !reviewed.has(fileOf(name))));
  return [
    ...boundDifferences(own(before), own(now), 'submitted'),
    // Those who submitted with an older relctl signed no work tree.
    ...(tree === undefined || standing === undefined || !runsPrograms(context.config, plan.spec)
      ? []
      : otherInWorkTree(tree.commit, standing)),
  ];
}

/** What a program of the plan or of relctl.yaml may read, and is neither what was submitted nor what the protected branch made of it since. */
function otherInWorkTree(submitted: string, { other, takenBack, isKnown }: Standing): readonly string[] {
  return whatProgramsRead([...other, ...takenBack]).map((path) => {
    if (takenBack.has(path)) return `${otherFile(path)}: what was approved of it is taken back`;
    return isKnown
      ? otherFile(path)
      : `${otherFile(path)}, as far as anybody knows: its commit ${submitted.slice(0, 12)} is not here`;
  });
}

function otherFile(path: string): string {
  return `${path}, which programs may read, is not what was submitted`;
}

function fileOf(name: string): string {
  return name.startsWith(`${CONFIG_FILE} `) ? CONFIG_FILE : name.replace(/^program /, '');
}

function digestOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : sha256(evenLineBytes(bytes));
}

/** Of these files of the work tree those that are as the protected branch has them, run or not as there, or gone like there. */
export async function reviewedOf(
  { workspace, repository, signing }: Pick<Context, 'signing' | 'workspace' | 'repository'>,
  tip: string,
  files: readonly string[],
): Promise<ReadonlySet<string>> {
  const { protectedBranch } = await signing();
  const [modes, merged] = await Promise.all([repository.modes(files), protectedBranch.modes(tip, files)]);
  const found = new Set<string>();
  for (const file of files) {
    const mode = modes.get(file);
    // What git does not keep here has no mode; nobody can push it.
    if (mode !== undefined && mode !== merged.get(file)) continue;
    const there = digestOf(await protectedBranch.read(tip, file));
    if ((await digestHere(workspace, file)) === there) found.add(file);
  }
  return found;
}

async function digestHere(workspace: Context['workspace'], file: string): Promise<string | undefined> {
  try {
    return digestOf(await workspace.readBytes(file));
  } catch (error) {
    if (error instanceof RelctlError) return 'unread';
    throw error;
  }
}
