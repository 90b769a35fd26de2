import { describe, expect, test } from 'vitest';
import { packetDocument } from '../../../../src/domain/packet/document.ts';
import { buildPacket } from '../../../../src/domain/packet/packet.ts';
import { packetPage } from '../../../../src/renderers/html/packet-page.ts';
import { markdownOf } from '../../../../src/renderers/markdown/writer.ts';
import { samplePacketFacts } from '../../../support/sample-packet.ts';
import { newEvent, PEOPLE } from '../../../support/sample-plan.ts';

/** Everything that a board member must find, as it stands in the plan. */
const NEEDED = [
  '2026-12-wallet-checkout',
  PEOPLE.rdLead,
  'Thu 2026-12-03 14:00 – 18:00 America/New_York',
  'registry.example.com/shop/web:4.2.0',
  'WALLET_KEY (secret)',
  'services/api/config.js:13',
  'add-wallet-table',
  'services/api/migrations/20261101_wallet.js:1',
  'node migrate.js down',
  'More than 1% of checkouts fail',
  'Switch off the flag wallet-checkout',
  'SEC-212',
  'WALLET-2',
  'checkout, payments',
  'api latency',
  'WalletPaymentsFailing',
  'wallet share',
  'support@example.com',
  'relctl rollback 2026-12-wallet-checkout',
  '2 services change together',
];

const html = (rich = false) => packetPage(buildPacket(samplePacketFacts(rich)));
const readable = (page: string) =>
  page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replaceAll('<wbr>', '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('the packet', () => {
  test.each(NEEDED)('says %s in both forms', (needed) => {
    const packet = buildPacket(samplePacketFacts());
    expect(readable(packetPage(packet))).toContain(needed);
    expect(markdownOf(packetDocument(packet)).replaceAll('\\', '')).toContain(needed);
  });

  test('says of the command that undoes a migration, and that nobody has changed, that relctl suggested it', () => {
    const facts = samplePacketFacts();
    const said = 'node migrate.js down (suggested by relctl: the usual command of the tool)';
    expect(readable(packetPage(buildPacket(facts)))).not.toContain(said);
    const suggested = { ...facts, suggested: new Set(['add-wallet-table']) };
    expect(readable(packetPage(buildPacket(suggested)))).toContain(said);
  });

  test('gives the exact command for each answer, bound to the digest', () => {
    const { decision } = buildPacket(samplePacketFacts());
    expect(decision.commands.map((one) => one.command)).toEqual([
      'relctl signoff cab 2026-12-wallet-checkout --decision go --operational-readiness --security-review --impact-assessment',
      'relctl signoff cab 2026-12-wallet-checkout --decision go --operational-readiness --security-review --impact-assessment --condition "<what>; <owner>; <date>"',
      'relctl signoff cab 2026-12-wallet-checkout --decision no-go --comment "<why>"',
    ]);
    expect(decision).toMatchObject({ quorum: 2, board: [...PEOPLE.cab] });
    expect(html()).toContain(decision.digest);
  });

  test.each([
    ['go', 'approved', ['--decision no-go --comment "<why>"'], 'The board decided Go.'],
    ['go', 'deployed', [], 'The board decided Go.'],
    ['no-go', 'no-go', [], 'The board decided No-Go.'],
  ] as const)('asks no more than is still open: %s, %s', (decided, phase, asked, rule) => {
    const facts = samplePacketFacts();
    const cab = { ...facts.state.cab, decision: { data: { decision: decided } } } as NonNullable<
      typeof facts.state.cab
    >;
    const { decision } = buildPacket({ ...facts, state: { ...facts.state, phase, cab } });
    expect(
      decision.commands.map(({ command }) => command.replace('relctl signoff cab 2026-12-wallet-checkout ', '')),
    ).toEqual(asked);
    expect(decision.rule).toBe(rule);
  });

  test('can be read in five minutes: at 200 words a minute', () => {
    expect(readable(html(true)).split(/\s+/).length).toBeLessThan(1000);
  });

  test('puts what deserves a second look first, the weightiest at the top', () => {
    const { attention } = buildPacket(samplePacketFacts(true));
    expect(attention.map((one) => `${one.tone}: ${one.text.slice(0, 34)}`)).toEqual([
      'danger: Migration drop-old-carts is a poin',
      'danger: The plan says risk low; calculated',
      'danger: By exception: the window (Thu 2026',
      'danger: By exception: release 2026-10-wall',
      'danger: Nobody approved the branch feature',
      'caution: 2026-10-wallet-beta, an earlier re',
      'caution: The plan says that no security rev',
      'caution: This plan has not been rehearsed.',
    ]);
  });

  test('has only the missing rehearsal to say of an unremarkable plan', () => {
    expect(buildPacket(samplePacketFacts()).attention).toEqual([
      { tone: 'caution', text: 'This plan has not been rehearsed.' },
    ]);
  });

  test('says of a rehearsal that it is claimed, where people sign and nobody signs that', () => {
    const facts = samplePacketFacts();
    const { specDigest, textDigest } = facts.plan;
    const data = {
      specDigest,
      textDigest,
      result: 'passed' as const,
      document: { file: 'r.md', sha256: 'a'.repeat(64) },
    };
    const rehearsal = newEvent('rehearsal.recorded', data) as unknown as NonNullable<typeof facts.rehearsal>;
    const said = (mode: 'required' | 'unsigned') =>
      buildPacket({ ...facts, rehearsal, signing: { mode, refused: [], contributors: undefined } });
    expect(said('unsigned').attention).toEqual([]);
    expect(said('required').attention.map((one) => one.text)).toEqual([expect.stringContaining('claimed')]);
    expect(JSON.stringify(said('required').sections.find((one) => one.id === 'rehearsal'))).toContain('Claimed');
  });

  test('says above everything else that approvals are not signed, or that all is simulated', () => {
    expect(buildPacket(samplePacketFacts()).notices[0]).toContain('not signed');
    const simulated = {
      ...samplePacketFacts(),
      signing: { mode: 'simulated' as const, refused: [], contributors: undefined },
    };
    expect(buildPacket(simulated).notices[0]).toContain('sandbox');
  });
});

describe('the page', () => {
  test('holds nothing that runs or is fetched', () => {
    const page = html(true);
    expect(page).not.toMatch(
      /<(script|img|link|iframe|object|embed|base|form|svg)\b|\son\w+=|url\(|@import|javascript:/i,
    );
    // The only addresses are text that people wrote.
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    expect(page).toContain("default-src 'none'");
  });

  test('shows what people wrote as text, whatever it is', () => {
    const evil = `"><script>alert(1)</script><img src=x onerror='alert(1)'>\u202e&amp;`;
    const facts = samplePacketFacts(false, ({ metadata, spec }) => {
      metadata.feature = evil.replace('\u202e', '');
      spec.impact.summary = evil.replace('\u202e', '');
      for (const service of spec.services) service.change = evil.replace('\u202e', '');
    });
    const page = packetPage(buildPacket({ ...facts, requester: evil }));
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('&amp;amp;');
    expect(page).not.toContain('\u202e');
  });

  test('links only to places that it has', () => {
    const page = html(true);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  test('is the same for the same facts', () => {
    expect(html(true)).toBe(html(true));
  });
});
