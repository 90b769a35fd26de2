import type { SmokeTest } from '../../plan/spec.ts';
import { followPointer } from '../kubernetes/json-pointer.ts';

/** What a smoke test over HTTP asks for. */
export type HttpCheck = NonNullable<SmokeTest['http']>;

/** What the server gave; `status: null` with the reason as body when it gave nothing. */
export interface HttpFinding {
  readonly status: number | null;
  readonly body: string;
  readonly latencyMs: number;
  /** Milliseconds since the epoch. */
  readonly certificateUntil?: number;
}

const DAY = 86_400_000;

/**
 * Holds an answer against what the plan asks for.
 * @param now milliseconds since the epoch, for the days that the certificate has left
 * @returns every way in which it is not what was asked for; empty when it is
 */
export function httpProblems(check: HttpCheck, found: HttpFinding, now: number): readonly string[] {
  if (found.status === null) return [found.body];
  return [
    ...(found.status === check.status ? [] : [`answers ${found.status}, not ${check.status}`]),
    ...(check.contains === undefined || found.body.includes(check.contains)
      ? []
      : [`answers ${found.status} without "${check.contains}"`]),
    ...jsonProblems(check, found.body),
    ...(check.maxLatencyMs === undefined || found.latencyMs <= check.maxLatencyMs
      ? []
      : [`took ${found.latencyMs} ms, more than ${check.maxLatencyMs}`]),
    ...certificateProblems(check, found, now),
  ];
}

function jsonProblems({ json = [] }: HttpCheck, body: string): readonly string[] {
  if (json.length === 0) return [];
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return ['its body is not JSON'];
  }
  return json.flatMap(({ pointer, equals }) => {
    const at = pointer === '' ? 'the whole body' : pointer;
    const pointed = followPointer(document, pointer);
    if (!pointed.found) return [`its body has nothing at ${at}`];
    return equals === undefined || pointed.value === equals
      ? []
      : [`${at} is ${shortJson(pointed.value)}, not ${JSON.stringify(equals)}`];
  });
}

function certificateProblems({ tlsDays }: HttpCheck, found: HttpFinding, now: number): readonly string[] {
  if (tlsDays === undefined) return [];
  if (found.certificateUntil === undefined) return ['its certificate could not be read'];
  const days = Math.floor((found.certificateUntil - now) / DAY);
  return days >= tlsDays ? [] : [`its certificate is valid for ${days} more days, less than ${tlsDays}`];
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
