import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane.ts';
import { EXEC_CREDENTIAL, pluginUser } from './exec-plugin.ts';
import { waitFor } from './wait.ts';

/** Logins of an administrator that end when the test says so. */
export interface EndingLogins {
  /** Name of a Kubernetes user that audit logs show. */
  readonly user: string;
  /** A kubeconfig that asks a credential plugin, which gives the latest login, good for some seconds. */
  withPlugin(): { readonly kubeconfig: string; readonly asked: () => number };
  /** A kubeconfig that holds the latest login itself; to be written again with each new one. */
  withToken(file?: string): string;
  /** Makes a new login. */
  renew(): Promise<void>;
  /** Ends the login before the latest, or the latest, and waits until the API server takes it no more. */
  end(which: 'earlier' | 'latest'): Promise<void>;
}

const NAMESPACE = 'default';

/**
 * Tokens of a service account, each bound to a Secret of its own: without that Secret the API server answers 401, as it does for one whose time is
 * over (TokenRequest, `boundObjectRef`). It remembers a good one for ten seconds.
 */
export async function makeEndingLogins(plane: ControlPlane, folder: string): Promise<EndingLogins> {
  const account = `login-${randomBytes(4).toString('hex')}`;
  const core = `/api/v1/namespaces/${NAMESPACE}`;
  const logins: { readonly secret: string; readonly token: string }[] = [];
  await plane.api.call('POST', `${core}/serviceaccounts`, { metadata: { name: account } });
  await plane.api.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: account },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: NAMESPACE }],
  });
  const latest = () => logins.at(-1)?.token ?? '';
  const credential = join(folder, `${account}.json`);
  const file = join(folder, `${account}.kubeconfig`);

  async function renew(): Promise<void> {
    const secret = `${account}-${logins.length}`;
    const made = await plane.api.call('POST', `${core}/secrets`, { metadata: { name: secret } });
    const { uid } = made.metadata;
    const spec = { expirationSeconds: 3600, boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: secret, uid } };
    const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const answer = await plane.api.call<{ status: { token: string } }>(
      'POST',
      `${core}/serviceaccounts/${account}/token`,
      asked,
    );
    logins.push({ secret, token: answer.status.token });
    writeFileSync(`${credential}.new`, answer.status.token, { mode: 0o600 });
    renameSync(`${credential}.new`, credential);
  }

  function write(to: string, user: object): string {
    const admin = JSON.parse(readFileSync(plane.kubeconfig, 'utf8')) as { users: { user: object }[] };
    writeFileSync(`${to}.new`, JSON.stringify({ ...admin, users: admin.users.map((one) => ({ ...one, user })) }), {
      mode: 0o600,
    });
    renameSync(`${to}.new`, to);
    return to;
  }

  await renew();
  return {
    user: `system:serviceaccount:${NAMESPACE}:${account}`,
    withPlugin() {
      const log = join(folder, `${account}.asked`);
      const plugin = join(folder, `${account}-plugin`);
      const status = '{"token":"%s","expirationTimestamp":"%s"}';
      const answer = `{"apiVersion":"${EXEC_CREDENTIAL}","kind":"ExecCredential","status":${status}}`;
      writeFileSync(
        plugin,
        `#!/bin/sh\necho asked >>${log}\nprintf '${answer}' "$(cat ${credential})" "$(date -u -d '+8 seconds' +%Y-%m-%dT%H:%M:%SZ)"\n`,
        { mode: 0o700 },
      );
      return {
        kubeconfig: write(`${file}-plugin`, pluginUser(plugin)),
        asked: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0),
      };
    },
    withToken: (to = file) => write(to, { token: latest() }),
    renew,
    async end(which) {
      const login = logins.at(which === 'latest' ? -1 : -2);
      if (login === undefined) throw new Error('there is no such login');
      await plane.api.call('DELETE', `${core}/secrets/${login.secret}`);
      await waitFor(async () => (await statusWith(plane, login.token)) === 401, { what: 'end of a login' });
    },
  };
}

/** What the API server answers to who has a token. */
async function statusWith(plane: ControlPlane, token: string): Promise<number> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  const answer = await plane.api.call<{ status: { authenticated?: boolean } }>(
    'POST',
    '/apis/authentication.k8s.io/v1/tokenreviews',
    review,
  );
  return answer.status.authenticated === true ? 200 : 401;
}
