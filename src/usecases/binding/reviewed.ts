import { pathsIn } from '../../domain/binding/named-files.ts';
import { argumentLists } from '../../domain/binding/named-programs.ts';
import { partWord, settingOf } from '../../domain/binding/settings-parts.ts';
import { whatSettingsRead } from '../../domain/binding/work-tree.ts';
import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import { canonicalJson } from '../../plan/digest.ts';
import type { BranchTip } from '../../ports/protected-branch.ts';
import type { ReviewedSettings, SettingsPart } from '../../ports/reviewed-settings.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import type { Journal } from '../release/journal.ts';
import { CONFIG_FILE, readConfig } from '../release/settings.ts';
import type { Signing } from '../signing/signing.ts';
import { findProtectedBranch, signedProcesses } from '../signing/trust.ts';
import { type FilesGround, versionsAt } from './named-files.ts';
import { isSubmissionProven } from './submission.ts';
import { reviewedOf, watchedDifferences } from './watched.ts';

type Ground = FilesGround & Pick<Context, 'signing'>;

/**
 * Holds what relctl.yaml names against the protected branch, and, where the release that is worked on was submitted with another, against
 * what was signed then. A part is the same when its value is, and so are the files of the work tree that it names. All parts are held against
 * the same tip of the branch, which is looked for once.
 */
export function reviewedSettings(ground: Ground): ReviewedSettings {
  const read = new Map<SettingsPart, Promise<BranchTip | undefined>>();
  let branch: Promise<BranchTip | undefined> | undefined;
  let otherwise: () => Promise<readonly string[]> = async () => [NOT_SUBMITTED];
  return {
    submittedWith(differences) {
      let answer: Promise<readonly string[]> | undefined;
      otherwise = () => {
        answer ??= differences();
        return answer;
      };
    },
    async require(part) {
      branch ??= signedBranch(ground);
      const found = read.get(part) ?? unreviewedOn(ground, part, branch);
      read.set(part, found);
      const tip = await found;
      if (tip === undefined) return;
      const [reason] = await otherwise();
      if (reason !== undefined) throw unreviewed(part, tip, reason);
    },
  };
}

const NOT_SUBMITTED = 'no submission of it was signed yet';

/** In what relctl.yaml, and the programs that it and the plan name, are not what was submitted with the release, by a submission that holds. */
export async function notAsSubmitted(
  context: FilesGround & Pick<Context, 'store' | 'signing'>,
  journal: Pick<Journal, 'plan' | 'state' | 'counted'>,
  signing: Pick<Signing, 'facts' | 'examination' | 'policy' | 'trust'>,
): Promise<readonly string[]> {
  const { plan, state } = journal;
  const { policy, trust } = signing;
  if (trust === undefined || state.cab?.bound === undefined || !isSubmissionProven(journal, signing)) {
    return [NOT_SUBMITTED];
  }
  try {
    return await watchedDifferences(context, plan, policy, state, trust.commit);
  } catch (error) {
    // What was kept is gone, or another.
    if (error instanceof RelctlError) return [error.message];
    throw error;
  }
}

/** The protected branch; `undefined` where there is none, and where nothing is signed on it. */
async function signedBranch({ signing }: Pick<Context, 'signing'>): Promise<BranchTip | undefined> {
  const { protectedBranch } = await signing();
  const tip = await findProtectedBranch(protectedBranch);
  if (tip === undefined || (await signedProcesses(protectedBranch, tip.commit)).length === 0) return undefined;
  return tip;
}

/** The protected branch where it does not have this part so; `undefined` where it has, and where nothing is signed. */
async function unreviewedOn(
  ground: Ground,
  part: SettingsPart,
  branch: Promise<BranchTip | undefined>,
): Promise<BranchTip | undefined> {
  const tip = await branch;
  return tip === undefined || (await isMerged(ground, tip, part)) ? undefined : tip;
}

async function isMerged(ground: Ground, tip: BranchTip, part: SettingsPart): Promise<boolean> {
  const merged = await configAt(ground, tip.commit);
  if (part === 'plan' || merged === undefined) return false;
  const named = settingOf(ground.config, part);
  if (canonicalJson(named ?? null) !== canonicalJson(settingOf(merged, part) ?? null)) return false;
  const setting = withinRoot(ground.repository.root, named);
  const files = Object.keys(await versionsAt(ground, pathsIn(setting)));
  if ((await reviewedOf(ground, tip.commit, files)).size < files.length) return false;
  if (!startsPrograms(setting)) return true;
  // Its programs read more than they are told. Which folders are sources says the protected branch too.
  const changed = await ground.repository.changedSince(tip.commit);
  return changed !== undefined && whatSettingsRead(changed, merged).length === 0;
}

/** The configuration at a commit of the protected branch; `undefined` where there is none that relctl reads. */
export async function configAt({ signing }: Pick<Context, 'signing'>, commit: string): Promise<Config | undefined> {
  const bytes = await (await signing()).protectedBranch.read(commit, CONFIG_FILE);
  if (bytes === undefined) return undefined;
  try {
    return await readConfig(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof RelctlError) return undefined;
    throw error;
  }
}

/** A kubeconfig of the repository may name credential plugins beside it. */
function startsPrograms(setting: unknown): boolean {
  const isOwn = (key: string, value: unknown) =>
    key === 'kubeconfig' && typeof value === 'string' && !value.startsWith('/');
  const holds = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).some(([key, item]) => isOwn(key, item) || holds(item));
  return argumentLists(setting).length > 0 || holds(setting);
}

/** A setting with the paths that lead into the work tree as paths of the repository. */
function withinRoot(root: string, setting: unknown): unknown {
  const text = JSON.stringify(setting ?? null, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(`${root}/`) ? value.slice(root.length + 1) : value,
  );
  return JSON.parse(text);
}

function unreviewed(part: SettingsPart, { name: branch, ref }: BranchTip, reason: string): RelctlError {
  const isPlan = part === 'plan';
  return new RelctlError(
    'config.unreviewed',
    isPlan
      ? `what the plan names is run and logged in to once it was submitted and signed, with the programs of then: ${reason}`
      : `${partWord(part)} is not as ${branch} has it: nothing is sent there, and no program of it is run`,
    {
      ...(isPlan ? {} : { place: { file: CONFIG_FILE } }),
      why: 'Whoever may push can write what they like into the file of a branch, and it would get the secrets of whoever works there.',
      hints: isPlan
        ? [
            'relctl submit-cab "<release>"',
            'and the approvals after it',
            'where a program has changed since: relctl plan "<release>" --reopen "<reason>"',
          ]
        : [
            command`git diff ${ref} -- ${CONFIG_FILE}`,
            command`git diff --stat ${ref}`,
            'where a program of it reads other files',
            'git fetch',
            `once it is merged into ${branch}`,
            ...(reason === NOT_SUBMITTED ? [] : [`or as it was submitted: ${reason}`]),
          ],
    },
  );
}
