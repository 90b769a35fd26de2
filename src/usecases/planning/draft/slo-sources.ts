import { RelctlError } from '../../../errors.ts';
import { readSlos, SLO_WORDS } from '../../../evidence/slo-formats/read-slos.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import type { Slo } from '../../../plan/spec.ts';
import type { Context } from '../../release/context.ts';

/** SLOs that people have settled already, with where. */
export interface SettledSlo {
  readonly slo: Slo;
  readonly from: string;
}

/** The SLOs that the files of a commit declare, for OpenSLO, Sloth or Pyrra. A file that cannot be converted is passed over. */
export async function declaredSlosAt(
  { repository }: Pick<Context, 'repository'>,
  commit: string,
): Promise<readonly SettledSlo[]> {
  const paths = await repository.mentions(commit, SLO_WORDS, ['.yaml', '.yml']);
  const texts = await repository.readFiles(commit, paths);
  return [...texts].flatMap(([file, text]) => {
    try {
      return readSlos(text, file).slos.map(({ slo, place }) => ({ slo, from: `${place.file}:${place.line ?? 1}` }));
    } catch (error) {
      if (error instanceof RelctlError) return [];
      throw error;
    }
  });
}

/** The SLOs of an earlier release. */
export function earlierSlos(earlier: ReleasePlan | undefined): readonly SettledSlo[] {
  return (earlier?.spec.slos ?? []).map((slo) => ({ slo, from: `release ${earlier?.id}` }));
}
