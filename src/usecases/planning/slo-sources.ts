import { RelctlError } from '../../domain/errors.ts';
import { readOpenSlo } from '../../evidence/open-slo/read-open-slo.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { Slo } from '../../plan/spec.ts';
import type { Context } from '../context.ts';

/** SLOs that people have settled already, with where. */
export interface SettledSlo {
  readonly slo: Slo;
  readonly from: string;
}

/** The SLOs of the OpenSLO files of a commit, for some services. A file that cannot be converted is passed over. */
export async function openSlosAt(
  { repository }: Pick<Context, 'repository'>,
  commit: string,
  services: readonly string[],
): Promise<readonly SettledSlo[]> {
  const paths = (await repository.mentions(commit, ['openslo/v1'])).filter((path) => /\.ya?ml$/.test(path));
  const texts = await repository.readFiles(commit, paths);
  return [...texts].flatMap(([file, text]) => {
    try {
      return readOpenSlo(text, file)
        .slos.filter(({ slo }) => services.includes(slo.service))
        .map(({ slo, place }) => ({ slo, from: `${place.file}:${place.line ?? 1}` }));
    } catch (error) {
      if (error instanceof RelctlError) return [];
      throw error;
    }
  });
}

/** The SLOs of an earlier release, for some services. */
export function earlierSlos(earlier: ReleasePlan | undefined, services: readonly string[]): readonly SettledSlo[] {
  return (earlier?.spec.slos ?? [])
    .filter((slo) => services.includes(slo.service))
    .map((slo) => ({ slo, from: `release ${earlier?.id}` }));
}
