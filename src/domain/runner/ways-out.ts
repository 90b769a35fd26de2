import { byName } from '../../text/by-name.ts';

/** Another image is another relctl.yaml, and that is bound with what was approved. */
const UNPULLED =
  'The image of runner.kubernetes cannot be pulled: fix the registry or the login to it, and give the command again; or give it without --runner. Another image in relctl.yaml is approved anew.';

const WAYS_OUT: Readonly<Record<string, string>> = byName({
  ErrImagePull: UNPULLED,
  ImagePullBackOff: UNPULLED,
  InvalidImageName: 'The image of runner.kubernetes in relctl.yaml has no valid name: correct it.',
  CreateContainerConfigError: 'A Secret that runner.kubernetes names is not there; once it is, the pod goes on.',
  Suspended: 'Somebody has suspended the Job; `kubectl patch job … spec.suspend=false` lets it go on.',
  DeadlineExceeded: 'It took longer than runner.kubernetes.deadline; --resume hands it over again.',
  BackoffLimitExceeded:
    'Its pods failed more often than runner.kubernetes.restarts allows; --resume hands it over again.',
  gone: 'Somebody has deleted the Job; --resume hands it over again.',
});

/** What a person does about a reason that Kubernetes gives; `undefined` for one that says enough. */
export function wayOut(reason: string): string | undefined {
  return Object.hasOwn(WAYS_OUT, reason) ? WAYS_OUT[reason] : undefined;
}
