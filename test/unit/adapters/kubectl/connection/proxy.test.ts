import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KubectlProxy, NoConnection, startProxy } from '../../../../../src/adapters/kubectl/connection/proxy.ts';

let folder = '';
let proxy: KubectlProxy | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relctl-old-kubectl-'));
});
afterEach(() => {
  proxy?.stop();
  proxy = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** A kubectl of before 1.23, whose kubeconfig names a server. Its proxy makes a file where a socket would be. */
function oldKubectl(server: string): string {
  const path = join(folder, 'kubectl');
  writeFileSync(
    path,
    `#!/bin/sh
for word in "$@"; do
  case $word in
    --append-server-path*) echo "Error: unknown flag: --append-server-path" >&2; exit 1 ;;
    --unix-socket=*) socket=\${word#--unix-socket=} ;;
    view) printf '%s' '${server}'; exit 0 ;;
  esac
done
touch "$socket"
echo "Starting to serve on $socket"
exec sleep 60
`,
  );
  chmodSync(path, 0o755);
  return path;
}

describe('kubectl proxy of before 1.23, which does not know --append-server-path', () => {
  const at = (server: string) => startProxy({ kubectl: oldKubectl(server), context: 'old', namespace: 'shop' });

  it.each(['https://127.0.0.1:6443', 'https://127.0.0.1:6443/', '127.0.0.1:6443', 'localhost:8080', ''])(
    'is started without it where the server has no path: %j',
    async (server) => {
      proxy = await at(server);
      expect(existsSync(proxy.socket)).toBe(true);
    },
  );

  it('cannot be had where the server is below a path, which is said', async () => {
    await expect(at('https://rancher.example.com/k8s/clusters/c-1')).rejects.toThrow(NoConnection);
    await expect(at('https://rancher.example.com/k8s/clusters/c-1')).rejects.toThrow('kubectl 1.23');
  });
});
