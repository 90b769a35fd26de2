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
interface WantedLine {
  readonly path: string;
  readonly about: string;
  readonly line: string;
}

const LINES: readonly WantedLine[] = [
  { path: '.gitignore', line: '.relctl/', about: 'where an older relctl kept its state' },
  { path: '.gitattributes', line: 'releases/*.yaml text eol=lf', about: 'approvals are bound to exact bytes' },
];

/**
 * Writes what is missing and touches nothing else: an existing file is kept, `.gitignore` and `.gitattributes` get a line.
 * @param files paths at HEAD, to know which forge the repository lives on
 * @param own the relctl that CI shall run
 */
export async function setUpFiles(
  workspace: Workspace,
  config: string,
  files: readonly string[],
  own: OwnPackage | undefined,
  dryRun: boolean,
): Promise<readonly SetupFile[]> {
  const wanted: CiFile[] = [
    { path: CONFIG_FILE, content: config, about: 'services, environments, team, notifications' },
    {
      path: policyFile('standard@3.0'),
      content: await workspace.template('process/standard-3.0.yaml'),
      about: 'the process: lead times, quorum, canary, freezes, wording',
    },
    ...(await ciFiles(workspace, files, own)),
  ];
  const done: SetupFile[] = [];
  for (const { path, content, about } of wanted) {
    const exists = (await workspace.readBytes(path)) !== undefined;
    const isWritten = !exists && (dryRun || (await workspace.write(path, content)));
    done.push({ path, about, state: isWritten ? (dryRun ? 'would be written' : 'written') : 'kept' });
  }
  for (const line of LINES) done.push(await addLine(workspace, line, dryRun));
  return done;
}

async function addLine(workspace: Workspace, { path, line, about }: WantedLine, dryRun: boolean): Promise<SetupFile> {
  const text = await workspace.read(path);
  const end = text?.includes('\r\n') ? '\r\n' : '\n';
  const lines = text?.split(/\r?\n/) ?? [];
  if (lines.some((one) => one.trim() === line)) return { path, about, state: 'kept' };
  const before = text === undefined || text === '' || /\n$/.test(text) ? (text ?? '') : `${text}${end}`;
  if (!dryRun) await workspace.write(path, `${before}${line}${end}`, { overwrite: true });
  const state = text === undefined ? 'written' : 'extended';
  return { path, about, state: dryRun ? `would be ${state}` : state };
}
