import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writePastRelease, writeRepository } from '../../support/past-release.ts';
import { newEvent, PEOPLE } from '../../support/sample-plan.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Writes a repository in which so many releases went to production, one a day up to today, each from a commit of its own; every
 * seventh was taken back within hours. The policy is the template beside `relctl`.
 * @returns ids, the oldest first
 */
export function writePast(root: string, policyFile: string, count: number, now: number): readonly string[] {
  const target = { context: 'nowhere', namespace: 'shop' };
  const config = {
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: { staging: target, production: target },
    services: { web: { paths: ['web/**'], manifests: { staging: ['s.yaml'], production: ['p.yaml'] } } },
  };
  writeRepository(root, config, readFileSync(policyFile, 'utf8'));
  const releases = Array.from({ length: count }, (_, index) => ({
    id: `release-${String(index).padStart(4, '0')}`,
    deployedAt: now - (count - index) * DAY,
  }));
  const commits = writeCommits(
    root,
    releases.map(({ deployedAt }) => deployedAt - 11 * DAY),
  );
  for (const [index, release] of releases.entries()) {
    const at = (hours: number) => ({
      at: new Date(release.deployedAt + hours * HOUR).toISOString(),
      actor: PEOPLE.operations[0],
    });
    const isTakenBack = index % 7 === 6;
    writePastRelease(root, {
      ...release,
      commit: commits[index] ?? '',
      until: isTakenBack ? 'deployed' : 'hypercare closed',
      more: isTakenBack
        ? [
            newEvent('rollback.started', { attempt: 1, reason: 'checkouts fail', fence: 2 }, at(2)),
            newEvent('rollback.completed', { attempt: 1, verified: 'empty diff' }, at(2.5)),
          ]
        : [],
    });
  }
  return releases.map(({ id }) => id);
}

/** Commits at these times, milliseconds since the epoch; their ids. */
function writeCommits(root: string, times: readonly number[]): readonly string[] {
  const input = times.map((at, index) => {
    const message = `Change ${index}`;
    const head = ['commit refs/heads/main', `committer Ravi <${PEOPLE.rdLead}> ${Math.floor(at / 1000)} +0000`];
    return [...head, `data ${message.length}`, message, ...(index === 0 ? ['from refs/heads/main^0'] : []), ''].join(
      '\n',
    );
  });
  execFileSync('git', ['fast-import', '--quiet'], { cwd: root, input: input.join('\n') });
  const log = execFileSync('git', ['log', '--reverse', '--format=%H', `-${times.length}`], {
    cwd: root,
    encoding: 'utf8',
  });
  return log.trim().split('\n');
}
