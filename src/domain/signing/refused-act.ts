import type { EventType } from '../../plan/events.ts';
import type { SignedAct } from '../../plan/policy.ts';
import type { Fault } from './examine-signer.ts';
import type { Standing } from './standing.ts';

/** An act that does not count, and why. */
export interface RefusedAct {
  readonly seq: number;
  readonly hash: string;
  readonly type: EventType;
  readonly act: SignedAct;
  readonly actor: string;
  readonly standing: Standing['kind'];
  readonly fault: Fault;
}
