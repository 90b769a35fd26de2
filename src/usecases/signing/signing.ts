import type { SigningFacts } from '../../domain/gates/gate.ts';
import type { Examination } from '../../domain/signing/verdicts.ts';
import type { RelctlError } from '../../errors.ts';
import type { EventData, RecordedEvent } from '../../plan/events.ts';
import type { Policy } from '../../plan/policy.ts';
import type { ReadingContext } from '../release/context.ts';
import type { Sealing } from '../release/journal.ts';

/** The signatures of a release while a command works on it. */
export interface Signing {
  readonly policy: Policy;
  readonly facts: SigningFacts;
  /** Only where signatures are required. */
  readonly sealing: Sealing | undefined;
  /** Only where signatures are required. */
  readonly examination: Examination | undefined;
  /** Why nothing could be examined. */
  readonly trouble?: RelctlError;
  /** The protected branch, as people call it. */
  readonly branch?: string;
  /** What is recorded of the time after the deployment and nothing proves. Only where signatures are required. */
  readonly claims?: readonly RecordedEvent[];
  /** The rules under which approvals were examined, as a deployment records them. */
  readonly trust?: EventData<'deploy.started'>['trust'];
}

/** What opening the signatures of a release needs. */
export type SigningContext = Pick<ReadingContext, 'workspace' | 'signing' | 'looksOnly' | 'clock' | 'environments'>;
