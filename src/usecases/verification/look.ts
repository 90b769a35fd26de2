import { isoTime } from '../../domain/schedule/calendar.ts';
import { httpProblems } from '../../domain/verification/http-check.ts';
import { canonicalJson, sha256 } from '../../plan/digest.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { SmokeTest } from '../../plan/spec.ts';
import { recordedEnd } from '../checks/command-end.ts';
import type { Context } from '../release/context.ts';

/** One try of a smoke test: what it came to, and what is kept of it. */
export interface Look {
  readonly ok: boolean;
  readonly detail: string;
  /** What is kept as evidence: measurements and digests, never a body or a secret. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Asks the URL once. Of headers and body only digests are kept: they may hold what belongs to customers. */
export async function lookAtUrl(
  context: Pick<Context, 'clock' | 'environments'>,
  check: NonNullable<SmokeTest['http']>,
  timeout: string,
): Promise<Look> {
  const { url, method = 'GET', body, headers, secretHeaders, tlsDays } = check;
  const answer = await context.environments.http.request(url, {
    timeout: durationSeconds(timeout) * 1000,
    method,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
    ...(secretHeaders === undefined ? {} : { secretHeaders }),
    certificate: tlsDays !== undefined,
  });
  const problems = httpProblems(check, answer, context.clock.now());
  const { status, latencyMs, certificateUntil } = answer;
  return {
    ok: problems.length === 0,
    detail: problems.length === 0 ? `${url} answers ${status} in ${latencyMs} ms` : `${url}: ${problems.join('; ')}`,
    facts: {
      url,
      method,
      status,
      latencyMs,
      ...(certificateUntil === undefined ? {} : { certificateUntil: isoTime(certificateUntil) }),
      ...(status === null
        ? {}
        : {
            headersSha256: sha256(canonicalJson(answer.headers)),
            bodySha256: sha256(answer.body),
            bodyCharacters: answer.body.length,
          }),
      problems,
    },
  };
}

/** Runs the command once; exit 0 is a pass. */
export async function lookByCommand(
  context: Pick<Context, 'environments'>,
  { command = [], timeout, keepOutput }: SmokeTest,
): Promise<Look> {
  const end = await context.environments.commands.run(command, { timeout: durationSeconds(timeout) * 1000 });
  return { ok: end.exitCode === 0, ...recordedEnd(command, end, keepOutput) };
}
