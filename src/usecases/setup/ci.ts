import { sha256 } from '../../plan/digest.ts';
import type { OwnPackage } from '../../ports/own-package.ts';
import type { Workspace } from '../../ports/workspace.ts';

/** A file that CI needs, with what it is for. */
export interface CiFile {
  readonly path: string;
  readonly about: string;
  readonly content: string | Uint8Array;
}

/**
 * The workflow of the forge that the repository shows; of both when it shows none. They run the relctl that wrote them, which lies
 * beside the plans under its digest: a name in a registry can be taken by somebody else, a file cannot.
 * @param files paths at HEAD
 * @param deploys whether releases go to a real cluster: then there is a workflow that carries deployments on
 * @param own `undefined` where there is nothing to pack; then no workflow is written
 */
export async function ciFiles(
  workspace: Workspace,
  files: readonly string[],
  own: OwnPackage | undefined,
  deploys: boolean,
): Promise<readonly CiFile[]> {
  const archive = await own?.pack();
  if (own === undefined || archive === undefined) return [];
  const digest = sha256(archive);
  const path = `relctl/vendor/relctl-${own.version}-${digest.slice(0, 12)}.tgz`;
  const workflows = await Promise.all(
    workflowsFor(files, deploys).map(async ({ template, ...workflow }) => ({
      ...workflow,
      content: (await workspace.template(template)).replaceAll('@ARCHIVE@', path).replaceAll('@SHA256@', digest),
    })),
  );
  const existing = await Promise.all(workflows.map((workflow) => workspace.readBytes(workflow.path)));
  const isComplete = existing.every((bytes) => bytes !== undefined);
  return isComplete
    ? workflows
    : [{ path, content: archive, about: `relctl ${own.version}, which CI runs` }, ...workflows];
}

function workflowsFor(files: readonly string[], deploys: boolean) {
  const about = 'audit and status of plans on each merge request';
  const carries = 'carries deployments on that are handed over';
  const watches = 'watches over what is deployed, reminds people, and finds runs that are dead';
  const collects = 'collects votes and sign-offs on the forge, once it is switched on';
  const gitHub = [
    { path: '.github/workflows/relctl.yml', template: 'ci/github.yml', about },
    {
      path: '.github/workflows/relctl-deploy.yml',
      template: 'ci/github-deploy.yml',
      about: `${carries}: --runner github`,
    },
    { path: '.github/workflows/relctl-schedule.yml', template: 'ci/github-schedule.yml', about: watches },
    { path: '.github/workflows/relctl-votes.yml', template: 'ci/github-votes.yml', about: collects },
  ];
  const include = 'include it in .gitlab-ci.yml';
  const gitLab = [
    { path: '.gitlab/relctl.yml', template: 'ci/gitlab.yml', about: `${about}; ${include}` },
    {
      path: '.gitlab/relctl-deploy.yml',
      template: 'ci/gitlab-deploy.yml',
      about: `${carries}: --runner gitlab; ${include}`,
    },
    { path: '.gitlab/relctl-schedule.yml', template: 'ci/gitlab-schedule.yml', about: `${watches}; ${include}` },
    { path: '.gitlab/relctl-votes.yml', template: 'ci/gitlab-votes.yml', about: `${collects}; ${include}` },
  ];
  const usesGitHub = files.some((file) => file.startsWith('.github/'));
  const usesGitLab = files.some((file) => file === '.gitlab-ci.yml' || file.startsWith('.gitlab/'));
  const all = usesGitHub === usesGitLab ? [...gitHub, ...gitLab] : usesGitHub ? gitHub : gitLab;
  return all.filter(({ template }) => deploys || !/deploy|schedule|votes/.test(template));
}
