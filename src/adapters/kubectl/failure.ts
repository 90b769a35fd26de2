/**
 * What a failed kubectl says, sorted by what is known of the request's fate. kubectl has no machine-readable errors, so its
 * stderr is read. The texts were probed with kubectl 1.32 against API servers 1.20, and with kubectl 1.20 where it says something else, and noted
 * here by what provokes them:
 *
 * | provoked by | stderr | kind |
 * |---|---|---|
 * | get, replace, delete of no object | `Error from server (NotFound): configmaps "x" not found` | not-found |
 * | unknown group, version or plural | `Error from server (NotFound): the server could not find the requested resource` | rejected |
 * | create in no namespace | `Error from server (NotFound): … namespaces "x" not found` | rejected |
 * | create of an existing object | `Error from server (AlreadyExists): …` | exists |
 * | replace, delete with an old version | `Error from server (Conflict): Operation cannot be fulfilled on …` | conflict |
 * | apply with an old version | `error: Operation cannot be fulfilled on …: the object has been modified; …` and advice | conflict |
 * | apply with the UID of a gone object | `error: Operation cannot be fulfilled on …: uid mismatch: …` | conflict |
 * | apply with the UID of an earlier object | `The X "y" is invalid: metadata.uid: Invalid value: …: field is immutable` | conflict |
 * | invalid object | `The ConfigMap "X" is invalid: …` | rejected |
 * | apply of an unknown field | `Error from server: failed to create typed patch object: …: field not declared in schema` | rejected |
 * | no right | `Error from server (Forbidden): …` | rejected |
 * | wrong token | `error: You must be logged in to the server (Unauthorized)` | no-access |
 * | the same, what writes and 1.20 | `… (the server has asked for the client to provide credentials)` | no-access |
 * | no such context | `error: context "x" does not exist`; 1.20: `… context was not found for specified context: x` | no-access |
 * | credential plugin fails | `Unable to connect to the server: getting credentials: exec: …` | no-access |
 * | nobody listens | `The connection to the server … was refused - did you specify the right host or port?` | unsent |
 * | etcd paused | `Error from server (Timeout): …`, `Error from server: etcdserver: request timed out` | unknown |
 * | API server killed during a call | `… EOF`, `… connection reset by peer` | unknown |
 */
export type FailureKind =
  /** The object, which the request needs, does not exist. */
  | 'not-found'
  /** The object exists already. */
  | 'exists'
  /** A precondition did not hold. */
  | 'conflict'
  /** The server said no, and would again. */
  | 'rejected'
  /** There is no way in: no such context, bad credentials or certificates. */
  | 'no-access'
  /** The server asked to come back later; nothing was done. */
  | 'throttled'
  /** The request did not reach a server; nothing was done. */
  | 'unsent'
  /** The request was sent and there is no answer: it may or may not have been carried out. */
  | 'unknown';

/** A request that failed, or that was ended because it was not answered; `cause` is the deadline then. */
export class RequestFailure extends Error {
  readonly failure: FailureKind;
  /** Milliseconds after which the server wants to be asked again, where it said so. */
  readonly retryAfter: number | undefined;
  constructor(failure: FailureKind, message: string, more: { cause?: unknown; retryAfter?: number } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'RequestFailure';
    this.failure = failure;
    this.retryAfter = more.retryAfter;
  }
}

/** What is said where the server does not take the login, or no longer. */
export const LOGIN_NEEDED = /\(Unauthorized\)|: Unauthorized$|asked for the client to provide credentials/;

/** The first rule that matches decides; what no rule knows is an answer of the server, and as such final. */
const RULES: readonly (readonly [pattern: RegExp, kind: FailureKind])[] = [
  [/\(AlreadyExists\)/, 'exists'],
  [/\(NotFound\).*(could not find the requested resource|namespaces ".*" not found)/, 'rejected'],
  [/\(NotFound\)/i, 'not-found'],
  [/\(Conflict\)|Operation cannot be fulfilled on |metadata\.uid: Invalid value/, 'conflict'],
  [/\(TooManyRequests\)|Too Many Requests/i, 'throttled'],
  [LOGIN_NEEDED, 'no-access'],
  [/context ".*" does not exist|context was not found|cannot locate context|x509:/, 'no-access'],
  [/no configuration has been provided|getting credentials:/, 'no-access'],
  [/was refused|connection refused|no such host|no route to host|network is unreachable/, 'unsent'],
  [/TLS handshake timeout|dial tcp.*i\/o timeout/, 'unsent'],
  [
    /\((InternalError|ServerTimeout|Timeout|ServiceUnavailable|Unknown)\)|etcdserver|\bEOF\b|connection reset/,
    'unknown',
  ],
  [/timed? ?out|deadline exceeded|broken pipe|http2:|stream error|currently unable to handle/i, 'unknown'],
];

/**
 * Sorts a failure by what kubectl wrote to stderr.
 * @param otherwise what it is when no rule knows it
 */
export function readFailure(stderr: string, otherwise: FailureKind = 'rejected'): RequestFailure {
  const message = mainMessage(stderr);
  const kind = RULES.find(([pattern]) => pattern.test(message))?.[1] ?? otherwise;
  return new RequestFailure(kind, message);
}

/** klog lines such as `E1124 06:50:01.621682     589 memcache.go:265] "Unhandled Error" err="…"`. */
const KLOG = /^[EWIF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.-]+:\d+\] /;

/**
 * The sentence for people in kubectl's stderr: without log lines, warnings, advice on field managers, and without the piece
 * of the document that a decoding error quotes, which may hold a secret.
 */
export function mainMessage(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trimEnd());
  const said = lines.filter((line) => line !== '' && !KLOG.test(line) && !/^warning:/i.test(line));
  const advice = said.findIndex((line) => line.startsWith('Please review the fields above'));
  const kept = (advice === -1 ? said : said.slice(0, advice)).join('\n');
  const text = (kept === '' ? (lines.findLast((line) => line !== '') ?? '') : kept)
    .replace(/, error found in #[\s\S]*$/, '')
    .replace(/^error: /, '')
    .replace(/^Error from server: /, '');
  return text === '' ? 'kubectl failed and did not say why' : text;
}
