import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { phaseOf } from '../../src/domain/history/fold.ts';
import type { NewEvent } from '../../src/plan/chain.ts';
import type { EventType } from '../../src/plan/events.ts';
import { writeReleasePlan } from '../../src/plan/release-plan.ts';
import { chainOf, goVote, newEvent, PEOPLE, sampleHead, type WrittenPlan } from './sample-plan.ts';

const SUBJECT = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
const HOUR = 3_600_000;

const passed = (role: 'qa' | 'ops') => ({
  ...SUBJECT,
  role,
  stageAttempt: 1,
  decision: 'pass' as const,
  checks: [],
  evidence: [],
  comment: '',
});

/** A release of the past: when production took it, how far it has come, and what its plan says. */
export interface PastRelease {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly deployedAt: number;
  readonly until: 'deployed' | 'hypercare' | 'hypercare closed';
  readonly commit?: string;
  /** The image that each service got. */
  readonly images?: Readonly<Record<string, string>>;
  readonly plan?: (document: WrittenPlan) => void;
  readonly more?: readonly NewEvent<EventType>[];
}

/** Writes a release with a real history that ended some time ago, as if relctl had been there all the time. */
export function writePastRelease(root: string, release: PastRelease): void {
  const { id, deployedAt } = release;
  const commit = release.commit ?? 'c'.repeat(40);
  const wall = (at: number) => new Date(at).toISOString().slice(0, 16);
  const head = sampleHead((document) => {
    document.metadata = { ...document.metadata, id };
    document.spec.window = { start: wall(deployedAt - HOUR), end: wall(deployedAt + HOUR), timeZone: 'UTC' };
    document.spec.candidate.commit = commit;
    release.plan?.(document);
  });
  const events = chainOf(id, [...history(release, commit), ...(release.more ?? [])]);
  mkdirSync(join(root, 'releases'), { recursive: true });
  writeFileSync(join(root, 'releases', `${id}.yaml`), writeReleasePlan({ id, head }, events, phaseOf(events)));
}

function history({ deployedAt, until, images: shipped }: PastRelease, commit: string): readonly NewEvent<EventType>[] {
  const at = (hours: number) => ({
    at: new Date(deployedAt + hours * HOUR).toISOString(),
    actor: PEOPLE.operations[0],
  });
  const image = shipped?.web ?? `registry.example.com/shop/web@sha256:${'d'.repeat(64)}`;
  const images = { web: [image] };
  return [
    newEvent('plan.created', SUBJECT, { ...at(-240), actor: PEOPLE.rdLead }),
    newEvent('cab.submitted', { ...SUBJECT, round: 1 }, { ...at(-200), actor: PEOPLE.rdLead }),
    ...PEOPLE.cab.slice(0, 2).map((actor) => newEvent('cab.voted', goVote(SUBJECT), { ...at(-151), actor })),
    newEvent('cab.decided', { round: 1, decision: 'go', go: 2, noGo: 0, quorum: 2 }, at(-150)),
    newEvent('stage.started', { ...SUBJECT, attempt: 1, commit }, at(-80)),
    newEvent('stage.completed', { ...SUBJECT, attempt: 1, commit, images }, at(-79)),
    newEvent('signoff.recorded', passed('qa'), { ...at(-78), actor: PEOPLE.qa[0] }),
    newEvent('signoff.recorded', passed('ops'), at(-78)),
    newEvent(
      'deploy.started',
      {
        ...SUBJECT,
        attempt: 1,
        fence: 1,
        strategy: 'shared-service',
        clusters: {},
        steps: ['canary'],
        images: shipped ?? { web: image },
      },
      at(-1),
    ),
    newEvent('canary.judged', { attempt: 1, verdict: 'pass', elapsedSeconds: 900, reason: 'x', slos: [] }, at(-0.6)),
    newEvent('canary.promoted', { attempt: 1, reason: 'passed' }, at(-0.5)),
    newEvent('deploy.completed', { attempt: 1, images }, at(0)),
    ...(until === 'deployed'
      ? []
      : [
          newEvent('verify.recorded', { ok: true, checks: [] }, at(0)),
          newEvent('hypercare.started', { until: new Date(deployedAt + 48 * HOUR).toISOString(), hours: 48 }, at(0)),
        ]),
    ...(until === 'hypercare closed' ? [newEvent('hypercare.closed', { comment: '' }, at(49))] : []),
  ];
}

/** A repository with relctl.yaml, a policy and no product: what comes after a deployment needs no more. */
export function writeRepository(root: string, config: Readonly<Record<string, unknown>>, policy: string): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  git('config', 'user.email', PEOPLE.rdLead);
  git('config', 'user.name', 'Ravi');
  mkdirSync(join(root, 'relctl/process'), { recursive: true });
  writeFileSync(join(root, 'relctl.yaml'), stringify(config, { aliasDuplicateObjects: false }));
  writeFileSync(join(root, 'relctl/process/standard-3.0.yaml'), policy);
  git('add', '-A');
  git('commit', '-qm', 'Set up');
}
