import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What happens at one of the calls that change something: the process that called is killed before the call, while it goes on
 * without it, or after it; caller and call are stopped before it, until {@link HookedKubectl.wake}; or the call is carried out and
 * never comes back.
 */
export type Hook = 'kill-before' | 'kill-during' | 'kill-after' | 'stop-before' | 'hang-after';

/** A kubectl to be put on the PATH of a process under test: it counts the calls that change something, and does as told at one. */
export interface HookedKubectl {
  /** Environment of a process: its PATH finds this kubectl. */
  environment(hook?: { readonly at: number; readonly what: Hook }): Readonly<Record<string, string>>;
  /** Calls that change something since the last {@link HookedKubectl.environment}, by their verb. */
  calls(): readonly string[];
  /** True once the hook has been reached. */
  fired(): boolean;
  /** Lets a call go on that was stopped. Its caller is woken by whoever knows its id. */
  wake(): void;
  remove(): void;
}

const CHANGING = ['apply', 'create', 'replace', 'delete', 'patch'];

/** Makes the program, in a folder of its own. */
export function makeHookedKubectl(): HookedKubectl {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-hooked-'));
  const real = execFileSync('/bin/sh', ['-c', 'command -v kubectl'], { encoding: 'utf8' }).trim();
  const program = join(folder, 'kubectl');
  let round = 0;
  const state = () => join(folder, String(round));
  writeFileSync(
    program,
    `#!/bin/sh
changing=
for word in "$@"; do case $word in --dry-run*) exec ${real} "$@" ;; esac; done
for word in "$@"; do case $word in -*) ;; ${CHANGING.join('|')}) changing=$word; break ;; *) break ;; esac; done
[ -n "$changing" ] || exec ${real} "$@"
n=1
while ! mkdir "$HOOK_STATE/$n" 2>/dev/null; do n=$((n+1)); done
echo "$changing" >"$HOOK_STATE/$n/verb"
[ "$n" = "$HOOK_AT" ] || exec ${real} "$@"
: >"$HOOK_STATE/fired"
case $HOOK_WHAT in
  kill-before) kill -KILL $PPID; exit 1 ;;
  kill-during) kill -KILL $PPID; exec ${real} "$@" ;;
  kill-after) ${real} "$@" >"$HOOK_STATE/out" 2>&1; kill -KILL $PPID; exit 1 ;;
  hang-after) ${real} "$@" >/dev/null 2>&1; sleep 600 ;;
  stop-before)
    cat >"$HOOK_STATE/input" # all of it is there: a caller that is stopped before it has written would keep the call waiting
    kill -STOP $PPID
    while [ ! -e "$HOOK_STATE/awake" ]; do sleep 0.05; done
    exec ${real} "$@" <"$HOOK_STATE/input" ;;
esac
`,
  );
  chmodSync(program, 0o755);
  return {
    environment(hook) {
      round += 1;
      mkdirSync(state());
      return {
        PATH: `${folder}:${process.env.PATH ?? ''}`,
        HOOK_STATE: state(),
        HOOK_AT: String(hook?.at ?? 0),
        HOOK_WHAT: hook?.what ?? '',
      };
    },
    calls: () =>
      readdirSync(state())
        .filter((name) => /^\d+$/.test(name))
        .sort((a, b) => Number(a) - Number(b))
        .map((name) => readFileSync(join(state(), name, 'verb'), 'utf8').trim()),
    fired: () => existsSync(join(state(), 'fired')),
    wake: () => writeFileSync(join(state(), 'awake'), ''),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
