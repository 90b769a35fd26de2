import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What goes wrong with a call: it never gets there, its answer is lost, or the server is too busy. */
export type CallFault = 'lost-before' | 'lost-after' | 'too-many-requests';

/** A kubectl that fails as told; everything else goes to the real one. */
export interface FaultyKubectl {
  /** Path of the program. */
  readonly path: string;
  /**
   * The next calls of a verb fail in this way, one after the other. Over a connection a verb is what kubectl would have been
   * called with: get, create, apply, replace, patch, delete.
   */
  plan(verb: string, faults: readonly CallFault[]): void;
  /** Faults that have happened, in order, as `verb fault`. */
  fired(): readonly string[];
  /** The `kubectl proxy` that was started last; `undefined` when there was none. */
  proxy(): { readonly pid: number; readonly socket: string } | undefined;
  remove(): void;
}

/** Makes the program, in a folder of its own. */
export function makeFaultyKubectl(): FaultyKubectl {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-kubectl-'));
  const path = join(folder, 'kubectl');
  const log = join(folder, 'fired');
  const relay = join(folder, 'relay.cjs');
  const running = join(folder, 'proxy.json');
  writeFileSync(log, '');
  writeFileSync(relay, relayScript(folder));
  writeFileSync(
    path,
    `#!/bin/sh
verb=
for word in "$@"; do case $word in -*) ;; *) verb=$word; break ;; esac; done
if [ "$verb" = proxy ]; then exec "${process.execPath}" "${relay}" "$@"; fi
plan="${folder}/plan-$verb"
fault=
if [ -s "$plan" ]; then
  fault=$(head -n 1 "$plan")
  sed -i 1d "$plan"
  # What the relay has used up leaves an empty line.
  [ -z "$fault" ] || echo "$verb $fault" >>"${log}"
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
    proxy: () => (existsSync(running) ? JSON.parse(readFileSync(running, 'utf8')) : undefined),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Stands where `kubectl proxy` would, before a real one, and loses requests and answers as planned. */
function relayScript(folder: string): string {
  return `
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const folder = ${JSON.stringify(folder)};
const args = process.argv.slice(2);
const socket = args.find((arg) => arg.startsWith('--unix-socket=')).slice('--unix-socket='.length);
const real = socket + '-real';
const child = spawn('kubectl', args.map((arg) => (arg.startsWith('--unix-socket=') ? '--unix-socket=' + real : arg)), {
  stdio: ['ignore', 'pipe', 'inherit'],
});
child.once('exit', (code) => process.exit(code ?? 1));

const VERBS = { GET: 'get', POST: 'create', PUT: 'replace', DELETE: 'delete' };
const verbOf = ({ method, headers }) =>
  method === 'PATCH' ? (headers['content-type'].includes('apply') ? 'apply' : 'patch') : VERBS[method];

/** Only what relctl asks of an object is planned for; a watch and the proof of life go through. */
function faultFor(request) {
  if (request.url.includes('watch=') || request.headers.host !== 'localhost') return undefined;
  const plan = folder + '/plan-' + verbOf(request);
  if (!fs.existsSync(plan)) return undefined;
  const [fault, ...rest] = fs.readFileSync(plan, 'utf8').split('\\n').filter(Boolean);
  if (fault === undefined) return undefined;
  fs.writeFileSync(plan, rest.join('\\n') + '\\n');
  fs.appendFileSync(folder + '/fired', verbOf(request) + ' ' + fault + '\\n');
  return fault;
}

const server = http.createServer((request, response) => {
  const fault = faultFor(request);
  if (fault === 'lost-before') return request.socket.destroy();
  if (fault === 'too-many-requests') {
    request.resume();
    response.writeHead(429, { 'retry-after': '0' });
    return response.end(JSON.stringify({ kind: 'Status', reason: 'TooManyRequests', code: 429 }));
  }
  const { method, url: path, headers } = request;
  const onward = http.request({ socketPath: real, method, path, headers }, (answer) => {
    if (fault === 'lost-after') {
      answer.resume();
      return answer.once('end', () => request.socket.destroy());
    }
    response.writeHead(answer.statusCode, answer.headers);
    response.flushHeaders();
    answer.on('error', () => response.destroy());
    return answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  return request.pipe(onward);
});
child.stdout.once('data', () =>
  server.listen(socket, () => {
    fs.writeFileSync(folder + '/proxy.json', JSON.stringify({ pid: process.pid, socket }));
    console.log('Starting to serve on ' + socket);
  }),
);
`;
}
