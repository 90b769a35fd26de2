/**
 * The version of the credential plugins' API that every supported kubectl knows: `v1` came with 1.22, and `v1beta1` is in the newest still.
 */
export const EXEC_CREDENTIAL = 'client.authentication.k8s.io/v1beta1';

/** The user of a kubeconfig whose credentials a program prints, which is asked nothing by a terminal. */
export function pluginUser(command: string): object {
  return { exec: { apiVersion: EXEC_CREDENTIAL, command, interactiveMode: 'Never' } };
}
