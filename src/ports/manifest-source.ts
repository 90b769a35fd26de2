import type { EnvironmentName } from '../plan/config.ts';
import type { SourceSettings } from '../plan/source-settings.ts';
import type { KubeObject } from './cluster.ts';

/** Renders the Kubernetes objects of a commit. One instance serves a run, and renders each thing once in it. */
export interface ManifestSource {
  /**
   * The objects of a source at a commit, in the order in which the source gives them. They are read from the commit and never
   * from the work tree, without network unless the settings allow it, and twice where a program renders them.
   *
   * Errors (RelctlError): `config.invalid` (the commit has nothing there, or the source is not known), `evidence.unreadable` (what
   * came out are no Kubernetes objects), `manifests.failed` (the renderer said no), `manifests.unstable` (two renderings differ),
   * `tool.missing`, `tool.timeout`.
   * @param commit full id
   */
  render(commit: string, request: RenderRequest): Promise<readonly RenderedObject[]>;
}

/** What is rendered, for which environment. */
export interface RenderRequest {
  readonly environment: EnvironmentName;
  /** Namespace of the environment; charts put it into their templates. */
  readonly namespace: string;
  readonly source: SourceSettings;
}

/** An object with where it came from. */
export interface RenderedObject {
  readonly object: KubeObject;
  /** The manifest file, chart template, kustomization or command, for people. */
  readonly from: string;
}
