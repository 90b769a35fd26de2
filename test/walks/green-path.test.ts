import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { phaseOf } from '../../src/domain/history/fold.ts';
import { audit } from '../../src/usecases/audit.ts';
import { status } from '../../src/usecases/status.ts';
import { type Company, openCompany } from '../support/company.ts';
import { walkTo } from '../support/company-walk.ts';

describe('a release on its good path', () => {
  let company: Company;
  beforeAll(async () => {
    company = await openCompany();
    await walkTo(company, 'closed');
  });
  afterAll(() => company.close());

  it('passes through the phases of the process in their order, and through none twice', async () => {
    const { events } = await company.plan();
    const phases = events.map((_, index) => phaseOf(events.slice(0, index + 1)));
    const passed = phases.filter((phase, index) => phase !== phases[index - 1]);
    // Verification and the start of hypercare, and the verdict on success and the review, are one step of a person each.
    expect(passed.filter((phase) => phase !== 'verified' && phase !== 'validated')).toEqual([
      'draft',
      'submitted',
      'approved',
      'staged',
      'ready',
      'canary',
      'rolling-out',
      'deployed',
      'hypercare',
      'closed',
    ]);
  });

  it('tells people what the process says, in its words and order, each once', () => {
    const told = company.sandbox.outbox().map(({ topic, text }) => [topic, text]);
    expect(told.map(([topic]) => topic)).toEqual([
      'cab.submitted',
      'cab.decided',
      'deploy.starting',
      'deploy.complete',
      'hypercare.closed',
      'review.invited',
      'release.closed',
    ]);
    expect(told).toContainEqual(['deploy.starting', 'Production Deployment starting: Wallet checkout.']);
    expect(told).toContainEqual(['deploy.complete', 'Deployment complete. Monitoring for stabilization.']);
  });

  it('runs the candidate in production, without a trace of the canary, the migration or the lock', async () => {
    const production = await company.production();
    expect(production['production Deployment/web']).toContain('registry.example.com/shop/web:4.2.0@sha256:');
    expect(Object.keys(production).filter((name) => /canary|Job\//.test(name))).toEqual([]);
  });

  it('keeps evidence of what was decided: packet, report, baseline, canary, migration, review', async () => {
    const folder = join(company.git.root, 'releases', company.id);
    for (const name of [
      'cab-packet-1.md',
      'cab-packet-1.html',
      'snapshot-1-production.json',
      'canary-1.json',
      'review.md',
    ]) {
      expect([name, existsSync(join(folder, name))]).toEqual([name, true]);
    }
  });

  it('holds when it is audited, and says that all of it was simulated', async () => {
    const outcome = await audit(company.as('anyone@example.com'), company.id);
    expect(outcome.result).toBe('done');
    expect(outcome.data.findings).toEqual([expect.objectContaining({ code: 'simulated', severity: 'warning' })]);
  });

  it('has nothing left to do, and says so', async () => {
    const { data } = await status(company.as('anyone@example.com'), company.id);
    expect(data).toMatchObject({
      phase: 'closed',
      blockers: [],
      next: [{ who: 'anybody', command: `relctl report ${company.id}` }],
      orphan: null,
      undelivered: [],
      verdict: 'pass',
    });
  });
});
