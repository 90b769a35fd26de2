import { imageDigest } from '../../domain/kubernetes/image-reference.ts';
import type { Block } from '../../domain/outcome/outcome.ts';
import type { ProvenanceFinding } from '../../domain/provenance/verdict.ts';
import { RelctlError } from '../../errors.ts';
import type { Spec } from '../../plan/spec.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { examineImages, refuseUnproven } from './examine.ts';

/** The images of a plan, before a pod runs any of them. */
export function plannedImages({ services }: Spec): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(services.map(({ name, image }) => [name, [image]]));
}

/** One image for each service, as a list of them. */
export function oneEach(images: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(images).map(([service, image]) => [service, [image]]));
}

/**
 * What was found of the images that run: those whose digest was examined before they were started stand, and a tag that has moved since is
 * examined as what it became.
 * @throws RelctlError `provenance.unproven`; the staging has failed then
 */
export async function examineRunning(
  context: Context,
  { journal, policy }: Release,
  attempt: number,
  images: Readonly<Record<string, readonly string[]>>,
  planned: readonly ProvenanceFinding[],
): Promise<readonly ProvenanceFinding[]> {
  if (planned.length === 0) return [];
  const known = new Set(planned.map(({ service, image }) => `${service} ${digestOrName(image)}`));
  const moved = Object.fromEntries(
    Object.entries(images).map(([service, ids]) => [
      service,
      ids.filter((id) => !known.has(`${service} ${digestOrName(id)}`)),
    ]),
  );
  const found = await examineImages(context, journal.plan, policy, moved);
  try {
    refuseUnproven(context, journal.plan, policy, found, 'It runs in staging, and cannot be signed off there.');
  } catch (error) {
    if (error instanceof RelctlError) {
      await journal.record('stage.failed', { attempt, code: error.code, reason: error.message });
    }
    throw error;
  }
  const ran = new Set(
    Object.entries(images).flatMap(([service, ids]) => ids.map((id) => `${service} ${digestOrName(id)}`)),
  );
  return [...planned.filter(({ service, image }) => ran.has(`${service} ${digestOrName(image)}`)), ...found];
}

/** What was found, a line a service. */
export function provenanceBlocks(findings: readonly ProvenanceFinding[]): readonly Block[] {
  if (findings.length === 0) return [];
  return [
    { kind: 'heading', text: 'Provenance' },
    {
      kind: 'checks',
      checks: findings.map(({ service, ok, signature, build }) => ({
        state: ok ? 'ok' : 'warning',
        text: service,
        detail: `${signature}; ${build}`,
      })),
    },
  ];
}

function digestOrName(image: string): string {
  return imageDigest(image) ?? image;
}
