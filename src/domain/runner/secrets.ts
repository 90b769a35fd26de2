import type { KubernetesRunner } from '../../plan/runner.ts';
import { command } from '../../text/command-line.ts';

/** A Secret that the pod of a runner mounts. */
export interface NeededSecret {
  readonly name: string;
  /** For people. */
  readonly what: string;
  /** Keys that it must have: all of one of these. */
  readonly keys: readonly (readonly string[])[];
  /** What stands behind `kubectl create secret generic` to make it, with the files that a person has. */
  readonly create: string;
}

/** The Secrets that relctl.yaml names for a runner. */
export function neededSecrets({ git, signingKey, kubeconfig, environment }: KubernetesRunner): readonly NeededSecret[] {
  return [
    ...(git === undefined
      ? []
      : [
          {
            name: git.secret,
            what: 'the login to the repository',
            keys: [
              ['ssh-privatekey', 'known_hosts'],
              ['username', 'password'],
            ],
            create: command`${git.secret} --type=kubernetes.io/ssh-auth --from-file=ssh-privatekey=deploy_key --from-file=known_hosts`,
          },
        ]),
    ...(signingKey === undefined
      ? []
      : [
          {
            name: signingKey.secret,
            what: 'the key that records are signed with',
            keys: [[signingKey.key]],
            create: command`${signingKey.secret} --from-file=${signingKey.key}=signing_key`,
          },
        ]),
    ...(kubeconfig === undefined
      ? []
      : [
          {
            name: kubeconfig.secret,
            what: 'the way to the other clusters',
            keys: [[kubeconfig.key]],
            create: command`${kubeconfig.secret} --from-file=${kubeconfig.key}=kubeconfig`,
          },
        ]),
    ...environment.map((name) => ({
      name,
      what: 'variables that relctl.yaml reads',
      keys: [[]],
      create: command`${name} --from-env-file=variables.env`,
    })),
  ];
}
