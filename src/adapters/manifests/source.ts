import type * as z from 'zod';
import type { EnvironmentName } from '../../plan/config.ts';
import type { RenderedObject } from '../../ports/manifest-source.ts';
import type { Tree } from './tree.ts';

/** One way in which companies keep manifests. A new one is a folder with this and a line in the registry. */
export interface SourceKind<Settings = unknown> {
  /** Shape of its entry in relctl.yaml, without `hooks`. */
  readonly settings: z.ZodType<Settings>;
  /** True where a program decides what comes out: it is asked twice, and both answers must be the same. */
  readonly renders: boolean;
  /** The objects of a commit. Errors: as the port's. */
  objects(settings: Settings, ground: RenderGround): Promise<readonly RenderedObject[]>;
}

/** What a source is given. */
export interface RenderGround {
  readonly tree: Tree;
  readonly environment: EnvironmentName;
  readonly namespace: string;
  /** Runs a renderer in a folder, cut off from the network unless `network` is true. Errors: `manifests.failed`. */
  readonly program: RunRenderer;
}

/** Runs a program and gives what it printed. */
export type RunRenderer = (
  call: {
    readonly program: string;
    readonly args: readonly string[];
    readonly cwd: string;
    readonly network: boolean;
    readonly timeout?: number;
    readonly env?: Readonly<Record<string, string>>;
  },
  /** What to say for what the program said. */
  teach: (said: string) => { readonly problem: string; readonly hints: readonly string[] },
) => Promise<string>;
