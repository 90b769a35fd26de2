import type { Phase } from '../../../domain/process/phases.ts';
import { type Html, html } from '../writer.ts';

const ENDED_BADLY: readonly Phase[] = ['no-go', 'rolled-back', 'aborted', 'frozen'];

/** True for a phase in which a release did not reach its users, or only half. */
export function endedBadly(phase: Phase): boolean {
  return ENDED_BADLY.includes(phase);
}

/** Where a release stands, that nothing proves it, and that it was only simulated. */
export function standing(
  { phase, simulated }: { readonly phase: Phase; readonly simulated: boolean },
  claimed = false,
): Html {
  const tone = phase === 'closed' ? 'good' : endedBadly(phase) ? 'bad' : 'warn';
  const banner = simulated
    ? html`<p class="banner"><strong>Simulated.</strong> All of this was recorded on relctl’s sandbox: its cluster, traffic, metrics and people are made up.</p>`
    : undefined;
  return html`<p><span class="badge ${tone}">${phase}${claimed ? ', claimed' : ''}</span></p>
${banner}`;
}
