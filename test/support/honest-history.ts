import type { NewEvent } from '../../src/plan/chain.ts';
import type { EventType } from '../../src/plan/events.ts';
import { newEvent, PEOPLE } from './sample-plan.ts';

const SUBJECT = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };
type History = NewEvent<EventType>[];

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A history as people and machines make it: rounds that get a No-Go, stagings that fail or are killed, rejected sign-offs, deployments that
 * are interrupted, held, resumed, rolled back or frozen, and what follows a good one; it ends anywhere.
 */
export function honestHistory(random: () => number): readonly NewEvent<EventType>[] {
  const events: History = [];
  const add = <T extends EventType>(type: T, data: Parameters<typeof newEvent<T>>[1]) =>
    void events.push(newEvent(type, data) as NewEvent<EventType>);
  const chance = (share: number) => random() < share;
  const attempts = { round: 0, stage: 0, deploy: 0, message: 0 };
  const next = (of: keyof typeof attempts): number => {
    attempts[of] += 1;
    return attempts[of];
  };
  const tell = () => {
    const key = `message ${next('message')}`;
    add('notification.queued', { key, topic: 'reminder', text: 'x', channels: ['chat'] });
    if (chance(0.3)) add('notification.failed', { key, channel: 'chat', reason: 'down' });
    if (chance(0.9)) add('notification.sent', { key, channel: 'chat' });
  };
  add('plan.created', SUBJECT);
  while (chance(0.3)) add('plan.revised', SUBJECT);
  for (let reopened = 0; reopened < 3; reopened += 1) {
    if (!approve() || !staging()) {
      if (events.at(-1)?.type === 'plan.created' || chance(0.4)) break;
      add('plan.reopened', { ...SUBJECT, reason: 'another candidate' });
      continue;
    }
    if (chance(0.1)) break;
    if (production()) {
      after();
      break;
    }
    if (chance(0.5)) break;
    add('plan.reopened', { ...SUBJECT, reason: 'again' });
  }
  return events;

  function approve(): boolean {
    if (chance(0.2)) add('exception.granted', { gate: 'time.cab-lead', reason: 'x', command: 'submit-cab' });
    const round = next('round');
    add('cab.submitted', { ...SUBJECT, round });
    tell();
    const noGo = chance(0.15);
    const vote = (decision: 'go' | 'no-go', conditions: { text: string; owner: string; due: string }[] = []) =>
      add('cab.voted', {
        ...SUBJECT,
        round,
        decision,
        operationalReadiness: true,
        securityReview: true,
        impactAssessment: true,
        conditions,
        comment: '',
      });
    const condition = { text: 'load test', owner: PEOPLE.operations[0], due: '2026-12-01' };
    vote(noGo ? 'no-go' : 'go', chance(0.4) ? [condition] : []);
    if (!noGo) vote('go', chance(0.2) ? [condition] : []);
    add('cab.decided', { round, decision: noGo ? 'no-go' : 'go', go: noGo ? 0 : 2, noGo: noGo ? 1 : 0, quorum: 2 });
    if (noGo) return false;
    for (const event of events.slice(-3)) {
      if (event.type !== 'cab.voted') continue;
      const { conditions } = event.data as { conditions: { text: string }[] };
      for (const { text } of conditions) add('condition.closed', { condition: text, evidence: 'SHOP-1' });
    }
    return true;
  }

  function staging(): boolean {
    do {
      const attempt = next('stage');
      add('stage.started', { ...SUBJECT, attempt, commit: 'c' });
      // A run that was killed leaves nothing behind.
      if (chance(0.1)) continue;
      if (chance(0.1)) {
        add('stage.failed', { attempt, code: 'rollout.timeout', reason: 'x' });
        continue;
      }
      add('stage.completed', { ...SUBJECT, attempt, commit: 'c', images: {} });
      const roles = chance(0.5) ? (['qa', 'ops'] as const) : (['ops', 'qa'] as const);
      const rejected = chance(0.15);
      for (const role of roles)
        add('signoff.recorded', {
          ...SUBJECT,
          role,
          stageAttempt: attempt,
          decision: rejected && role === 'qa' ? 'reject' : 'pass',
          checks: [],
          evidence: [],
          comment: '',
        });
      if (!rejected) return true;
    } while (chance(0.7));
    return false;
  }

  function production(): boolean {
    const attempt = next('deploy');
    const step = (name: string) => {
      add('step.intended', { attempt, step: name, fence: 1 });
      if (chance(0.05)) add('deploy.resumed', { attempt, fence: 2, reason: 'resume' });
      add('step.completed', { attempt, step: name });
    };
    const back = (from: 'canary' | 'deployed' = 'canary'): false => {
      if (from === 'canary' && chance(0.3)) add('deploy.aborted', { attempt, reason: 'x' });
      add('rollback.started', { attempt, reason: 'x', fence: 1 });
      step('undo:canaries');
      if (chance(0.1)) add('rollback.failed', { attempt, code: 'cluster.unreachable', reason: 'x' });
      add('rollback.completed', { attempt, verified: 'no difference' });
      return false;
    };
    const data = { ...SUBJECT, attempt, fence: 1, strategy: 'shared-service', clusters: {}, steps: [], images: {} };
    add('deploy.started', data);
    step('baseline@production');
    step('canary:web@production');
    add('step.intended', { attempt, step: 'bake', fence: 1 });
    if (chance(0.15)) return back();
    if (chance(0.2)) add('canary.held', { attempt, reason: 'interrupted' });
    const verdict = chance(0.8) ? 'pass' : chance(0.5) ? 'fail' : 'inconclusive';
    add('canary.judged', { attempt, verdict, elapsedSeconds: 900, reason: 'x', slos: [] });
    if (verdict !== 'pass') return back();
    add('step.completed', { attempt, step: 'bake' });
    if (chance(0.3)) add('canary.held', { attempt, reason: 'stopped at the verdict' });
    add('canary.promoted', { attempt, reason: 'x' });
    step('rollout:web@production');
    if (chance(0.1)) return back();
    add('deploy.completed', { attempt, images: {} });
    if (chance(0.1)) {
      add('deploy.resumed', { attempt, fence: 2, reason: 'rollback' });
      if (chance(0.3)) add('release.frozen', { attempt, reason: 'x' });
      return back('deployed');
    }
    return true;
  }

  function after(): void {
    if (chance(0.2)) add('verify.recorded', { ok: false, checks: [] });
    if (chance(0.1)) return;
    add('verify.recorded', { ok: true, checks: [] });
    tell();
    add('hypercare.started', { until: '2026-12-06T00:00:00Z', hours: 48 });
    if (chance(0.4)) add('incident.opened', { ref: 'INC-1', severity: 3, note: '' });
    add('hypercare.observed', { from: 'a', to: 'b', healthy: true, slos: [], alerts: [], gaps: [], note: '' });
    if (chance(0.2)) add('hypercare.extended', { until: '2026-12-08T00:00:00Z', reason: 'x' });
    if (chance(0.1)) return;
    add('hypercare.closed', { comment: '' });
    if (chance(0.5)) add('review.drafted', { document: { file: 'review.md', sha256: 'a'.repeat(64) } });
    if (chance(0.2)) return;
    add('success.judged', { metrics: [] });
    add('review.closed', {
      attended: { product: [PEOPLE.productManager], rd: [PEOPLE.rdLead] },
      lessons: ['x'],
      debts: [],
      outcome: 'success',
    });
  }
}
