import * as z from 'zod';
import type { Build } from '../../ports/provenance.ts';

/**
 * Reads SLSA provenance: v1 (slsa.dev/spec/v1.0/provenance) tells commits in `resolvedDependencies`, v0.2 (slsa.dev/provenance/v0.2) in
 * `materials` and `invocation.configSource`. A digest is a commit when it is called `gitCommit`, or `sha1` of a git URI.
 */

const artifact = z.object({ uri: z.string().default(''), digest: z.record(z.string(), z.string()).default({}) });

const v1 = z.object({
  buildDefinition: z.object({ resolvedDependencies: z.array(artifact).default([]) }),
  runDetails: z.object({ builder: z.object({ id: z.string() }) }).optional(),
});

const v02 = z.object({
  builder: z.object({ id: z.string() }).optional(),
  invocation: z.object({ configSource: artifact.optional() }).optional(),
  materials: z.array(artifact).default([]),
});

/** The predicate types that are read, as cosign calls them. */
export const SLSA_TYPES = {
  slsaprovenance1: 'https://slsa.dev/provenance/v1',
  slsaprovenance02: 'https://slsa.dev/provenance/v0.2',
} as const;

/** The build that an in-toto statement tells of; `undefined` for a statement of another kind, or one that does not read. */
export function readBuild(statement: unknown): Build | undefined {
  const { predicateType, predicate } = (statement ?? {}) as {
    readonly predicateType?: unknown;
    readonly predicate?: unknown;
  };
  if (predicateType === SLSA_TYPES.slsaprovenance1) {
    const read = v1.safeParse(predicate);
    if (!read.success) return undefined;
    const { buildDefinition, runDetails } = read.data;
    return { builder: runDetails?.builder.id, sources: sourcesOf(buildDefinition.resolvedDependencies) };
  }
  if (predicateType !== SLSA_TYPES.slsaprovenance02) return undefined;
  const read = v02.safeParse(predicate);
  if (!read.success) return undefined;
  const { builder, invocation, materials } = read.data;
  const config = invocation?.configSource;
  return { builder: builder?.id, sources: sourcesOf([...(config === undefined ? [] : [config]), ...materials]) };
}

function sourcesOf(artifacts: readonly z.infer<typeof artifact>[]): Build['sources'] {
  return artifacts.flatMap(({ uri, digest }) => {
    const commit = digest.gitCommit ?? (/^git(\+|:)|\.git(@|$)/.test(uri) ? digest.sha1 : undefined);
    return commit === undefined ? [] : [{ repository: uri, commit: commit.toLowerCase() }];
  });
}
