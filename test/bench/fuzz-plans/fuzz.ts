import { RelctlError } from '../../../src/errors.ts';
import { parseReleasePlan, writeReleasePlan } from '../../../src/plan/release-plan.ts';
import { SAMPLE_FILE, SAMPLE_ID, sampleEvents, sampleHead } from '../../support/sample-plan.ts';
import { mutate, seededRandom } from './mutations.ts';

/** Reads a plan, or throws. */
export type Reader = (bytes: Uint8Array) => unknown;

/** What came of many damaged plans. */
export interface FuzzResult {
  readonly tried: number;
  /** Read without complaint: the damage changed nothing that matters to the reader, such as a comment. */
  readonly accepted: number;
  /** Refused with a RelctlError, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Anything else that was thrown: must be empty. At most ten are kept. */
  readonly crashes: readonly { readonly seed: number | string; readonly problem: string; readonly text: string }[];
  /** Refusals that name no line: must be none but those of files that are too large. */
  readonly withoutLine: number;
  /** Milliseconds of each reading, ascending. */
  readonly times: Float64Array;
  /** Largest resident set that was seen, in bytes. */
  readonly peakMemory: number;
  /** True when reading changed the prototype of all objects: must be false. */
  readonly polluted: boolean;
}

/** The plans that are damaged: as people write them, with a history, and in the older version. */
export function corpus(): readonly string[] {
  const head = sampleHead();
  const older = head
    .replace('relctl/v1\n', 'relctl/v1beta1\n')
    .replace('  window:', '  schedule:')
    .replace(/ {2}services:\n[\s\S]*? {2}environmentVariables:/, OLDER_SERVICES);
  return [head, writeReleasePlan({ id: SAMPLE_ID, head }, sampleEvents(), 'submitted'), older];
}

const OLDER_SERVICES = `  services:
    web:
      image: registry.example.com/shop/web:4.2.0
      change: Shows the wallet as a way to pay
  environmentVariables:`;

/** Reads `count` damaged plans; the same seed damages the same. */
export function fuzzPlans(count: number, seed: number, read: Reader = readSample): FuzzResult {
  const plans = corpus();
  return measure(count, (index) => mutate(plans[index % plans.length] ?? '', seededRandom(seed + index)), read, seed);
}

/** Reads every beginning of each plan. */
export function truncatePlans(plans: readonly string[] = corpus(), read: Reader = readSample): FuzzResult {
  const beginnings = plans.flatMap((text) => {
    const bytes = new TextEncoder().encode(text);
    return Array.from({ length: bytes.byteLength }, (_, length) => bytes.subarray(0, length));
  });
  return measure(beginnings.length, (index) => beginnings[index] ?? new Uint8Array(), read, 0);
}

function readSample(bytes: Uint8Array): unknown {
  return parseReleasePlan(bytes, SAMPLE_FILE, SAMPLE_ID);
}

function measure(count: number, make: (index: number) => string | Uint8Array, read: Reader, seed: number): FuzzResult {
  const encoder = new TextEncoder();
  const times = new Float64Array(count);
  const refused: Record<string, number> = {};
  const crashes: { seed: number; problem: string; text: string }[] = [];
  let accepted = 0;
  let withoutLine = 0;
  let peakMemory = 0;
  for (let index = 0; index < count; index += 1) {
    const made = make(index);
    const bytes = typeof made === 'string' ? encoder.encode(made) : made;
    const start = performance.now();
    try {
      read(bytes);
      accepted += 1;
    } catch (error) {
      if (error instanceof RelctlError && error.kind !== 'bug') {
        refused[error.code] = (refused[error.code] ?? 0) + 1;
        if (error.place?.line === undefined && error.code !== 'plan.too-large') withoutLine += 1;
      } else if (crashes.length < 10) {
        crashes.push({ seed: seed + index, problem: String(error), text: new TextDecoder().decode(bytes) });
      }
    }
    times[index] = performance.now() - start;
    if (index % 256 === 0) peakMemory = Math.max(peakMemory, process.memoryUsage.rss());
  }
  const polluted = Object.hasOwn(Object.prototype, 'polluted');
  return { tried: count, accepted, refused, crashes, withoutLine, times: times.sort(), peakMemory, polluted };
}
