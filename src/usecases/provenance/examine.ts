import { type ProvenanceFinding, provenanceFinding, sayFinding } from '../../domain/provenance/verdict.ts';
import { RelctlError } from '../../errors.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';

/**
 * Examines images where the policy asks for their provenance; nothing where it does not. A simulated company has no registry, so nothing is
 * examined there, which is said.
 * @param images by service, as a manifest or a pod names them
 */
export async function examineImages(
  context: Pick<Context, 'provenance' | 'repository' | 'sink'>,
  plan: ReleasePlan,
  policy: Policy,
  images: Readonly<Record<string, readonly string[]>>,
): Promise<readonly ProvenanceFinding[]> {
  const { provenance: asked } = policy;
  if (asked === undefined) return [];
  const { provenance, sink } = context;
  if (provenance === undefined) {
    sink.emit({ type: 'note', level: 'info', text: 'simulated: the provenance of images is not examined' });
    return [];
  }
  const commit = await context.repository.resolve(plan.spec.candidate.commit);
  const wanted = Object.entries(images).flatMap(([service, all]) => all.map((image) => ({ service, image })));
  return Promise.all(
    wanted.map(async (one) => provenanceFinding(one, await provenance.examine(one.image, asked), asked, commit)),
  );
}

/**
 * Refuses images that the policy does not let pass; where it only asks to be told, says what is wrong with them.
 * @param undone what has not happened, for people
 * @throws RelctlError `provenance.unproven`
 */
export function refuseUnproven(
  { sink }: Pick<Context, 'sink'>,
  plan: ReleasePlan,
  policy: Policy,
  findings: readonly ProvenanceFinding[],
  undone: string,
): void {
  const bad = findings.filter(({ ok }) => !ok);
  const [first] = bad;
  if (first === undefined) return;
  if (policy.provenance?.required !== true) {
    for (const one of bad) sink.emit({ type: 'note', level: 'warning', text: `provenance: ${sayFinding(one)}` });
    return;
  }
  throw new RelctlError(
    'provenance.unproven',
    `where images come from is not proved: ${bad.map(sayFinding).join('; ')}`,
    {
      why: `The policy ships only images that its signers vouch for, built from the candidate's commit. ${undone}`,
      hints: [
        'sign and attest the image in the pipeline that builds it: cosign sign, cosign attest --type slsaprovenance1',
        command`relctl stage ${plan.id}`,
      ],
      data: { findings: bad },
    },
  );
}
