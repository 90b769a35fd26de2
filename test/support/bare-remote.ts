import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A remote whose main takes no pushes, and clones of it that can be lost. */
export interface BareRemote {
  /** Absolute path of the bare repository. */
  readonly path: string;
  /** A new clone; what relctl keeps of it on this machine lies in it, and is lost with it. */
  clone(person: string): string;
  /** The records of a release as the remote has them; `undefined` before there are any. */
  records(id: string): string | undefined;
  remove(): void;
}

const HOOK = `#!/bin/sh
while read -r _ _ ref; do
  case "$ref" in refs/heads/main) echo 'main is protected' >&2; exit 1;; esac
done
`;

/** Makes a bare remote of a repository, with all that lies in its work tree committed first. */
export function makeBareRemote(root: string): BareRemote {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-remote-'));
  const path = join(folder, 'remote.git');
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--allow-empty', '-m', 'What was recorded so far');
  git(folder, 'clone', '--quiet', '--bare', root, path);
  writeFileSync(join(path, 'hooks', 'pre-receive'), HOOK);
  chmodSync(join(path, 'hooks', 'pre-receive'), 0o755);
  let clones = 0;
  return {
    path,
    clone(person) {
      clones += 1;
      const to = join(folder, `clone-${clones}`);
      git(folder, 'clone', '--quiet', path, to);
      git(to, 'config', 'user.name', person);
      git(to, 'config', 'user.email', person);
      return to;
    },
    records(id) {
      try {
        return git(path, 'show', `relctl/records:releases/${id}.yaml`);
      } catch {
        return undefined;
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
