import type { Workspace } from '../../ports/workspace.ts';
import { CONFIG_FILE, policyFile } from '../release/settings.ts';

/** A file that relctl sets up. */
export interface SetupFile {
  readonly path: string;
  /** `written`, or `kept` because it exists; `extended` by lines; the same as plans for a dry run. */
  readonly state: 'written' | 'kept' | 'extended' | 'would be written' | 'would be extended';
  readonly about: string;
}

interface Wanted {
  readonly path: string;
  readonly about: string;
  readonly text: string;
}

/** Lines that must stand in a file; what else stands there is kept. */
interface WantedLine {
  readonly path: string;
  readonly about: string;
  readonly line: string;
}

const LINES: readonly WantedLine[] = [
  { path: '.gitignore', line: '.relctl/', about: 'relctl keeps locks and the sandbox there' },
  { path: '.gitattributes', line: 'releases/*.yaml text eol=lf', about: 'approvals are bound to exact bytes' },
];

/**
 * Writes what is missing and touches nothing else: an existing file is kept, `.gitignore` and `.gitattributes` get a line.
 * @param files paths at HEAD, to know which forge the repository lives on
 */
export async function setUpFiles(
  workspace: Workspace,
  config: string,
  files: readonly string[],
  dryRun: boolean,
): Promise<readonly SetupFile[]> {
  const wanted: Wanted[] = [
    { path: CONFIG_FILE, text: config, about: 'services, environments, team, notifications' },
    {
      path: policyFile('standard@3.0'),
      text: await workspace.template('process/standard-3.0.yaml'),
      about: 'the process: lead times, quorum, canary, freezes, wording',
    },
    ...(await ciFiles(workspace, files)),
  ];
  const done: SetupFile[] = [];
  for (const { path, text, about } of wanted) {
    const exists = (await workspace.read(path)) !== undefined;
    const isWritten = !exists && (dryRun || (await workspace.write(path, text)));
    done.push({ path, about, state: isWritten ? (dryRun ? 'would be written' : 'written') : 'kept' });
  }
  for (const line of LINES) done.push(await addLine(workspace, line, dryRun));
  return done;
}

/** The workflow of the forge that the repository shows; both when it shows none. */
async function ciFiles(workspace: Workspace, files: readonly string[]): Promise<readonly Wanted[]> {
  const usesGitHub = files.some((file) => file.startsWith('.github/'));
  const usesGitLab = files.some((file) => file === '.gitlab-ci.yml' || file.startsWith('.gitlab/'));
  const about = 'audit and status of plans on each merge request';
  return [
    ...(usesGitHub || !usesGitLab
      ? [{ path: '.github/workflows/relctl.yml', text: await workspace.template('ci/github.yml'), about }]
      : []),
    ...(usesGitLab || !usesGitHub
      ? [
          {
            path: '.gitlab/relctl.yml',
            text: await workspace.template('ci/gitlab.yml'),
            about: `${about}; include it in .gitlab-ci.yml`,
          },
        ]
      : []),
  ];
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
