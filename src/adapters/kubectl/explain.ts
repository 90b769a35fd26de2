import { type ErrorCode, RelctlError } from '../../errors.ts';
import { type FailureKind, LOGIN_NEEDED, RequestFailure } from './failure.ts';

const CODES: Readonly<Record<FailureKind, ErrorCode>> = {
  'not-found': 'cluster.conflict',
  exists: 'cluster.conflict',
  conflict: 'cluster.conflict',
  rejected: 'cluster.rejected',
  'no-access': 'cluster.unreachable',
  throttled: 'cluster.unreachable',
  unsent: 'cluster.unreachable',
  unknown: 'cluster.unreachable',
};

const WHY: Partial<Record<ErrorCode, string>> = {
  'cluster.conflict':
    'Somebody else changed the object since it was read; relctl does not write over what it has not seen.',
  'cluster.rejected': 'The API server refused, and would refuse again; nothing was changed.',
  'cluster.unreachable': 'Without an answer of the cluster nothing is known, and so nothing is done.',
};

/** The kubeconfig was read anew, and its credential plugin asked, before this is said. */
const LOGIN_ENDED =
  'The API server does not accept this login, or does not any more, and did nothing. Log in again as your cluster wants it; then give the same command again.';

/** What an operation does, in words and as commands for the hint. */
export interface Explanation {
  /** Such as `applying Deployment web in production/shop`. */
  readonly what: string;
  /** The command that shows the object. */
  readonly look: string;
  /** The command that asks whether the cluster answers at all. */
  readonly ask: string;
}

/**
 * Runs an operation and turns what kubectl failed with into the errors of the `Cluster` port. An object that is gone though
 * a write needed it is a conflict: its precondition does not hold.
 */
export async function explain<T>(operation: () => Promise<T>, { what, look, ask }: Explanation): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    // A deadline that passed is told as such.
    if (error.cause instanceof RelctlError) throw error.cause;
    const code = CODES[error.failure];
    const isLogin = error.failure === 'no-access' && LOGIN_NEEDED.test(error.message);
    throw new RelctlError(code, `${what}: ${error.message}`, {
      why: isLogin ? LOGIN_ENDED : (WHY[code] ?? ''),
      hints: [code === 'cluster.unreachable' ? ask : look],
      data: { failure: error.failure },
      cause: error,
    });
  }
}
