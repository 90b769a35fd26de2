import { readAllowedSigners } from '../../domain/signing/allowed-signers.ts';
import type { OwnPackage } from '../../ports/own-package.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { CONFIG_FILE, policyFile } from '../release/settings.ts';
import { type CiFile, ciFiles } from './ci.ts';

/** A file that relctl sets up. */
export interface SetupFile {
  readonly path: string;
  /** `written`, or `kept` because it exists; `extended` by lines; the same as plans for a dry run. */
  readonly state: 'written' | 'kept' | 'extended' | 'would be written' | 'would be extended';
  readonly about: string;
}

/** Lines that must stand in a file; what else stands there is kept. */
interface WantedLines {
  readonly path: string;
  readonly about: string;
  readonly lines: readonly string[];
}

const LINES: readonly WantedLines[] = [
  {
    path: '.gitignore',
    lines: ['.relctl/'],
    about: 'keeps .relctl, which is never evidence, out of git',
  },
  {
    path: '.gitattributes',
    lines: ['releases/*.yaml text eol=lf', 'releases/*/** -text'],
    about: 'plans and evidence have the same bytes in every clone',
  },
];

/**
 * Writes what is missing and touches nothing else: an existing file is kept, `.gitignore` and `.gitattributes` get a line.
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
  ];
  const done: SetupFile[] = [];
  for (const { path, content, about } of wanted) {
    const exists = (await workspace.readBytes(path)) !== undefined;
    const isWritten = !exists && (dryRun || (await workspace.write(path, content)));
    done.push({ path, about, state: isWritten ? (dryRun ? 'would be written' : 'written') : 'kept' });
  }
  for (const wanted of LINES) done.push(await addLines(workspace, wanted, dryRun));
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

async function addLines(
  workspace: Workspace,
  { path, lines, about }: WantedLines,
  dryRun: boolean,
): Promise<SetupFile> {
  const text = await workspace.read(path);
  const end = text?.includes('\r\n') ? '\r\n' : '\n';
  const present = (text?.split(/\r?\n/) ?? []).map((one) => one.trim());
  const missing = lines.filter((line) => !present.includes(line));
  if (missing.length === 0) return { path, about, state: 'kept' };
  const before = text === undefined || text === '' || /\n$/.test(text) ? (text ?? '') : `${text}${end}`;
  const added = missing.map((line) => `${line}${end}`).join('');
  if (!dryRun) await workspace.write(path, `${before}${added}`, { overwrite: true });
  const state = text === undefined ? 'written' : 'extended';
  return { path, about, state: dryRun ? `would be ${state}` : state };
}
