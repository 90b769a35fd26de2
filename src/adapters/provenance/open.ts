import { RelctlError } from '../../errors.ts';
import type { ProvenanceSettings } from '../../plan/provenance.ts';
import type { Provenance } from '../../ports/provenance.ts';
import { VERIFIERS } from './registry.ts';
import type { VerifierGround } from './verifier.ts';

/** The verifier that `provenance` of relctl.yaml names. Errors: `config.invalid` for one that relctl does not have. */
export function openProvenance(
  settings: ProvenanceSettings,
  ground: VerifierGround,
  verifiers = VERIFIERS,
): Provenance {
  const key = settings.kind === 'registered' ? settings.verifier : settings.kind;
  const verifier = Object.hasOwn(verifiers, key) ? verifiers[key] : undefined;
  if (verifier !== undefined) return verifier.open(settings, ground);
  throw new RelctlError('config.invalid', `provenance names a verifier ${key} that relctl does not have`, {
    place: { file: 'relctl.yaml' },
    why: 'Where images come from would never be examined.',
    hints: [`verifiers that it has: ${Object.keys(verifiers).join(', ')}`],
  });
}
