import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseNotes } from '../../../../../src/domain/report/notes.ts';
import { buildPortfolio } from '../../../../../src/domain/report/portfolio.ts';
import { reportSummary } from '../../../../../src/domain/report/summary.ts';
import { apart } from '../../../../../src/renderers/html/report/canary-figures.ts';
import { portfolioReport } from '../../../../../src/renderers/html/report/portfolio-report.ts';
import { releaseReport } from '../../../../../src/renderers/html/report/release-report.ts';
import { markdownOf } from '../../../../../src/renderers/markdown/writer.ts';
import { openCompany } from '../../../../support/company.ts';
import { type Reported, reported, told } from '../../../../support/reported.ts';

const HOSTILE = `"><script>alert('x')</script><img src=https://evil.example/a.png onerror=alert(1)>`;

/** What a browser would fetch by itself, and what would run. */
const FETCHED = /<(?:script|img|link|iframe|object|embed|base|form|video|audio)\b|\bon[a-z]+="|\burl\(|@import|\bsrc=/i;

let bad: Reported;
beforeAll(async () => {
  bad = await reported('canary-errors', {
    plan: (document) => {
      document.metadata.feature = HOSTILE;
      document.spec.impact.summary = HOSTILE;
      for (const service of document.spec.services) service.change = HOSTILE;
    },
  });
});
afterAll(() => bad.company.close());

describe('the page of a release', () => {
  it('shows what people wrote as text: nothing of it runs, and nothing is fetched', () => {
    const hostile = releaseReport({
      ...bad.model,
      approvals: bad.model.approvals.map((one) => ({ ...one, comment: HOSTILE, who: HOSTILE })),
      timeline: bad.model.timeline.map((one) => ({ ...one, detail: HOSTILE })),
    });
    const unquoted = hostile.replaceAll(/&(?:lt|gt|quot|amp|#39);[^<]*/g, '');
    expect(unquoted).not.toMatch(FETCHED);
    expect(hostile).toContain('&lt;script&gt;');
  });

  it('forbids scripts and requests by its own policy, whatever slips through', () => {
    expect(bad.html).toContain(
      `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
    );
  });

  it('is small enough to be sent by mail', () => {
    expect(bad.html.length).toBeLessThan(400 * 1024);
  });

  it('tells of a rollback: the verdict, the figures, and that it never was deployed in whole', () => {
    expect(bad.html).toContain('<span class="badge bad">rolled-back</span>');
    expect(bad.html).toContain('<span class="badge bad">fail</span>');
    expect(bad.html).toContain('<dt>Time to deploy</dt><dd>not deployed</dd>');
    expect(bad.html).toContain('and was passed.');
    expect(bad.html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('says that there was nothing to draw when no look had data', () => {
    const { canary } = bad.model;
    const silent = canary && { ...canary, share: undefined, slos: canary.slos.map((slo) => ({ ...slo, points: [] })) };
    const html = releaseReport({ ...bad.model, canary: silent });
    expect(html).toContain('No look at the canary had data');
    expect(html).not.toContain('canary against stable');
    expect(html).not.toMatch(/NaN|undefined/);
  });

  it('of a draft has neither canary nor deployment, and no empty section', async () => {
    const company = await openCompany();
    const { html } = await told(company);
    company.close();
    expect(html).not.toContain('<h2>The canary</h2>');
    expect(html).not.toContain('<h2>The deployment</h2>');
    expect(html).not.toMatch(/<h2>[^<]*<\/h2>\s*<\/section>/);
  });
});

describe('release notes', () => {
  it('hold nothing internal: no image, no registry, no digest, no variable', () => {
    const notes = markdownOf(releaseNotes(bad.model));
    const { spec, specDigest } = bad.model.plan;
    for (const service of spec.services) expect(notes).not.toContain(service.image);
    for (const variable of spec.environmentVariables) expect(notes).not.toContain(variable.name);
    expect(notes).not.toContain(specDigest);
    expect(notes).not.toMatch(/sha256|[0-9a-f]{12}/);
  });

  it('say first that a release was taken back, and that a rehearsal is one', () => {
    const notes = markdownOf(releaseNotes(bad.model));
    expect(notes).toContain('rolled back');
    expect(notes).toContain('A rehearsal');
    const real = markdownOf(
      releaseNotes({ ...bad.model, state: { ...bad.model.state, phase: 'closed', simulated: false } }),
    );
    expect(real).not.toContain('rolled back');
    expect(real).not.toContain('rehearsal');
  });

  it('say of a release that only somebody says was taken back that nothing proves it', () => {
    const notes = markdownOf(releaseNotes({ ...bad.model, claimed: true }));
    expect(notes).toContain('Nothing proves where this release stands');
    expect(notes).not.toContain('rolled back');
  });

  it('name what two services share once', () => {
    expect(markdownOf(releaseNotes(bad.model)).match(/^- /gm)?.length).toBe(
      1 + bad.model.plan.spec.successMetrics.length,
    );
  });
});

describe('the report for a merge request', () => {
  it('says what ended the release, and keeps its table whole', () => {
    const [one, ...rest] = bad.model.timeline;
    const timeline = [...(one === undefined ? [] : [{ ...one, who: 'a|b\nc' }]), ...rest];
    const text = markdownOf(reportSummary({ ...bad.model, timeline }));
    expect(text).toContain('✗ Rolled back');
    expect(text).toContain('a\\|b c');
  });
});

describe('the page over all releases', () => {
  it('links only to pages that exist, escapes names, and says so when there is nothing yet', async () => {
    const entries = await bad.company.store.summaries();
    const none = portfolioReport(buildPortfolio(entries, new Map(), 0));
    expect(none).not.toContain('<a ');
    expect(none).not.toContain('<script');
    const linked = portfolioReport(buildPortfolio(entries, new Map([[bad.company.id, 'x/report.html']]), 0));
    expect(linked).toContain('<a href="x/report.html">');
    expect(portfolioReport(buildPortfolio([], new Map(), 0))).toContain('There is none yet');
  });
});

describe('labels of two lines that end close together', () => {
  it.each([
    [0.5, 0.5],
    [0.5, 0.52],
    [0, 0],
    [0.05, 0],
  ])('%f and %f are moved apart, in their order, and stay on the chart', (canary, control) => {
    const moved = apart(
      [
        { side: 'canary', bad: canary },
        { side: 'control', bad: control },
      ],
      0.2,
    );
    const [low, high] = [...moved].sort((a, b) => a.bad - b.bad);
    expect((high?.bad ?? 0) - (low?.bad ?? 0)).toBeCloseTo(0.2, 9);
    expect(low?.bad).toBeGreaterThanOrEqual(0);
    if (canary !== control) expect(high?.side).toBe(canary > control ? 'canary' : 'control');
  });

  it('stay where they are when there is room', () => {
    const ends = [{ bad: 1 }, { bad: 0 }];
    expect(apart(ends, 0.2)).toEqual(ends);
  });
});
