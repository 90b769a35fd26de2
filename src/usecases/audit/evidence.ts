import type { AuditFinding } from '../../domain/history/audit.ts';
import { RelctlError } from '../../errors.ts';
import { PUTS_BACK } from '../../plan/guard.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';

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
        fix: `${command`git checkout -- releases/${id}/${one.file}`} ${PUTS_BACK}`,
      });
    }
  }
  return findings;
}
