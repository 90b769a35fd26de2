import { writeFileSync } from 'node:fs';

/** A way into a cluster: what one context of a kubeconfig says. */
export interface Access {
  /** Name of the context. */
  readonly context: string;
  readonly url: string;
  /** File with the server's certificate chain. */
  readonly certificateAuthority: string;
  readonly token: string;
}

/** Writes a kubeconfig with one context for each way in; kubectl reads JSON as YAML. No context is the current one. */
export function writeKubeconfig(file: string, accesses: readonly Access[]): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: accesses.map((access) => ({
      name: access.context,
      cluster: { server: access.url, 'certificate-authority': access.certificateAuthority },
    })),
    users: accesses.map((access) => ({ name: access.context, user: { token: access.token } })),
    contexts: accesses.map((access) => ({
      name: access.context,
      context: { cluster: access.context, user: access.context },
    })),
  };
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
  return file;
}
