import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What goes wrong with a call: it never gets there, its answer is lost, or the server is too busy. */
export type CallFault = 'lost-before' | 'lost-after' | 'too-many-requests';

/** A kubectl that fails as told; everything else goes to the real one. */
export interface FaultyKubectl {
  /** Path of the program. */
  readonly path: string;
  /** The next calls of a verb fail in this way, one after the other. */
  plan(verb: string, faults: readonly CallFault[]): void;
  /** Faults that have happened, in order, as `verb fault`. */
  fired(): readonly string[];
  remove(): void;
}

/** Makes the program, in a folder of its own. */
export function makeFaultyKubectl(): FaultyKubectl {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-kubectl-'));
  const path = join(folder, 'kubectl');
  const log = join(folder, 'fired');
  writeFileSync(log, '');
  writeFileSync(
    path,
    `#!/bin/sh
verb=
for word in "$@"; do case $word in -*) ;; *) verb=$word; break ;; esac; done
plan="${folder}/plan-$verb"
fault=
if [ -s "$plan" ]; then
  fault=$(head -n 1 "$plan")
  sed -i 1d "$plan"
  echo "$verb $fault" >>"${log}"
fi
case $fault in
  lost-before) echo 'error: Post "https://server/": EOF' >&2; exit 1 ;;
  too-many-requests) echo 'Error from server (TooManyRequests): the server has received too many requests' >&2; exit 1 ;;
  lost-after) kubectl "$@" >/dev/null 2>&1; echo 'error: read tcp: connection reset by peer' >&2; exit 1 ;;
  *) exec kubectl "$@" ;;
esac
`,
  );
  chmodSync(path, 0o755);
  return {
    path,
    plan: (verb, faults) => writeFileSync(join(folder, `plan-${verb}`), `${faults.join('\n')}\n`),
    fired: () => readFileSync(log, 'utf8').trimEnd().split('\n').filter(Boolean),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
