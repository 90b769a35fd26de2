import { type AuditFinding, auditHistory } from '../domain/audit.ts';
import { RelctlError } from '../domain/errors.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { RecordedEvent } from '../plan/events.ts';
import type { Evidence } from '../ports/plan-store.ts';
import type { Context } from './context.ts';
import { loadPolicy } from './settings.ts';

/** Re-checks the whole history of a release offline: chain, digests, approvals, evidence. Errors: those of a file that does not read. */
export async function audit(context: Pick<Context, 'store' | 'workspace'>, id: string): Promise<Outcome> {
  const plan = await context.store.load(id);
  const policy = await loadPolicy(context.workspace, plan.metadata.process);
  const evidence = evidenceOf(plan.events);
  const findings = [...auditHistory(plan, policy), ...(await checkEvidence(context, id, evidence))];
  const errors = findings.filter((finding) => finding.severity === 'error');
  return {
    result: errors.length === 0 ? 'done' : 'failed',
    headline:
      errors.length === 0
        ? `${id}: ${plan.events.length} events and ${evidence.length} files of evidence hold`
        : `${id}: the history does not hold (${errors.length} ${errors.length === 1 ? 'finding' : 'findings'})`,
    blocks: [
      {
        kind: 'checks',
        checks: findings.map((finding) => ({
          state: finding.severity === 'error' ? ('failed' as const) : ('warning' as const),
          text: `${finding.code}${finding.seq === undefined ? '' : ` in event ${finding.seq}`}: ${finding.problem}`,
          detail: finding.fix,
        })),
      },
    ],
    data: {
      release: id,
      events: plan.events.length,
      evidence: evidence.length,
      head: plan.events.at(-1)?.hash ?? null,
      findings,
    },
  };
}

/** Every file that an event names, each once. */
export function evidenceOf(events: readonly RecordedEvent[]): readonly Evidence[] {
  const found = new Map<string, Evidence>();
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const { file, sha256 } = value as Partial<Evidence>;
    if (typeof file === 'string' && typeof sha256 === 'string') found.set(file, { file, sha256 });
    for (const item of Object.values(value)) visit(item);
  };
  for (const event of events) visit(event.data);
  return [...found.values()];
}

async function checkEvidence(
  context: Pick<Context, 'store'>,
  id: string,
  evidence: readonly Evidence[],
): Promise<readonly AuditFinding[]> {
  const findings: AuditFinding[] = [];
  for (const one of evidence) {
    try {
      await context.store.read(id, one);
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
      findings.push({
        code: 'evidence-mismatch',
        severity: 'error',
        problem: error.message,
        fix: `git checkout -- releases/${id}/${one.file}`,
      });
    }
  }
  return findings;
}
