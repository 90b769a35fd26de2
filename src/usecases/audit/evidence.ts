import type { AuditFinding } from '../../domain/history/audit.ts';
import { RelctlError } from '../../errors.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';

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

/** A finding for each file that is gone or is not what was kept. */
export async function checkEvidence(
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
        fix: command`git checkout -- releases/${id}/${one.file}`,
      });
    }
  }
  return findings;
}
