import { byName } from '../../text/by-name.ts';
import type { ApplicationKind } from './application-kind.ts';
import { applicationOfArgo } from './argo.ts';
import { kustomizationOfFlux } from './flux.ts';

/** What applies commits, by the kind of its object, as `gitops.application` of relctl.yaml begins. What is added here is recognised at what it keeps, too. */
export const APPLICATIONS: Readonly<Record<string, ApplicationKind>> = byName({
  Kustomization: kustomizationOfFlux,
  Application: applicationOfArgo,
});
