import { readAllowedSigners } from '../../domain/signing/allowed-signers.ts';
import type { OwnPackage } from '../../ports/own-package.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { CONFIG_FILE, policyFile } from '../release/settings.ts';
import { type CiFile, ciFiles } from './ci.ts';

/** A file that relctl sets up. */
export interface SetupFile {
  readonly path: string;
  /** `written`, or `kept` because it exists; the same as plans for a dry run. */
  readonly state: 'written' | 'kept' | 'would be written';
  readonly about: string;
}

/**
 * A file of the releases' own folder: whoever appended to the repository's `.gitattributes` or `.gitignore` would clash with every branch
 * that does so too, and no candidate could be built of it.
 */
const ATTRIBUTES: CiFile = {
  path: 'releases/.gitattributes',
  content: '*.yaml text eol=lf\n*/** -text\n',
  about: 'plans and evidence have the same bytes in every clone',
};

/**
 * Writes what is missing and touches nothing else: an existing file is kept, and none is added to.
 * @param files paths at HEAD, to know which forge the repository lives on
 * @param own the relctl that CI shall run
 * @param repository what the repository is called inside what is signed
 * @param deploys whether releases go to a real cluster
 */
export async function setUpFiles(
  workspace: Workspace,
  config: string,
  files: readonly string[],
  own: OwnPackage | undefined,
  dryRun: boolean,
  repository: string,
  deploys: boolean,
): Promise<readonly SetupFile[]> {
  const wanted: CiFile[] = [
    { path: CONFIG_FILE, content: config, about: 'services, environments, team, notifications' },
    {
      path: policyFile('standard@3.0'),
      content: await policyText(workspace, repository),
      about: 'the process: lead times, quorum, canary, freezes, wording',
    },
    ...(await ciFiles(workspace, files, own, deploys)),
    ATTRIBUTES,
  ];
  const done: SetupFile[] = [];
  for (const { path, content, about } of wanted) {
    const exists = (await workspace.readBytes(path)) !== undefined;
    const isWritten = !exists && (dryRun || (await workspace.write(path, content)));
    done.push({ path, about, state: isWritten ? (dryRun ? 'would be written' : 'written') : 'kept' });
  }
  return done;
}

/** The policy of the process; it asks for signatures from the beginning where two people have keys already. */
async function policyText(workspace: Workspace, repository: string): Promise<string> {
  const text = await workspace.template('process/standard-3.0.yaml');
  const { signers } = readAllowedSigners((await workspace.read('relctl/allowed_signers')) ?? '');
  if (new Set(signers.map((one) => one.principal)).size < 2) return text;
  return text
    .replace(
      /mode: unsigned[^\n]*/,
      'mode: required # only approvals that are signed with a key of allowedSigners count',
    )
    .replace(
      /# repository: [^\n]*/,
      `repository: ${repository} # what this repository is called inside what is signed`,
    );
}
