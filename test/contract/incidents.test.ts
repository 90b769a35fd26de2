import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { createNotifier } from '../../src/adapters/hooks/notifier.ts';
import { openIncidents } from '../../src/adapters/incidents/open.ts';
import { incidentsSchema } from '../../src/plan/incidents.ts';
import type { Incidents } from '../../src/ports/incidents.ts';
import { startHttpServer, type TestServer } from '../support/http-server.ts';
import { sampleMessage } from './notifier.contract.ts';

const SPAN = { from: Date.UTC(2026, 11, 3, 19), to: Date.UTC(2026, 11, 4, 19) };
const folder = mkdtempSync(join(tmpdir(), 'relctl-incidents-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (settings: object, env: Record<string, string> = {}): Incidents =>
  openIncidents(incidentsSchema.parse(settings), { env, cwd: folder, exec, fetchOf: () => fetch });

/** An incident as PagerDuty documents it. */
const incident = (number: number, more: object = {}) => ({
  id: `PT${number}`,
  incident_number: number,
  title: 'checkout slow',
  status: 'triggered',
  urgency: 'high',
  priority: null,
  created_at: '2026-12-03T20:00:00Z',
  html_url: `https://acme.pagerduty.com/incidents/PT${number}`,
  ...more,
});

describe('PagerDuty', () => {
  const asked = (server: TestServer) =>
    open({ kind: 'pagerduty', services: ['PIJ90N7'], tokenFrom: 'PD', api: { url: server.url } }, { PD: 'y_NbAkKc' });

  it('is asked for the incidents of its services in a span, page by page', async () => {
    const server = await startHttpServer(({ path }, response) => {
      const first = path.includes('offset=0');
      const incidents = first
        ? [incident(1, { priority: { summary: 'P1' } }), incident(2, { status: 'resolved', urgency: 'low' })]
        : [incident(3, { priority: { summary: 'Sev-0' }, status: 'acknowledged' })];
      response.writeHead(200).end(JSON.stringify({ incidents, more: first }));
    });
    try {
      const read = await asked(server).opened(SPAN);
      expect(read.ok && read.value.map(({ title, severity, isOpen }) => [title, severity, isOpen])).toEqual([
        ['#1 checkout slow', 1, true],
        ['#2 checkout slow', 4, false],
        ['#3 checkout slow', 2, true],
      ]);
      const [request] = server.requests;
      const query = new URL(request?.path ?? '', server.url).searchParams;
      expect([query.get('since'), query.get('until'), query.getAll('service_ids[]')]).toEqual([
        '2026-12-03T19:00:00.000Z',
        '2026-12-04T19:00:00.000Z',
        ['PIJ90N7'],
      ]);
      expect(request?.headers.authorization).toBe('Token token=y_NbAkKc');
    } finally {
      await server.stop();
    }
  });

  it.each([
    [401, '{"error":{"message":"no"}}'],
    [200, '<html>log in</html>'],
    [302, ''],
    [200, '{"incidents":[{}]}'],
  ])('that answers %i %s says nothing of incidents', async (status, body) => {
    const server = await startHttpServer((_, response) => response.writeHead(status).end(body));
    try {
      expect((await asked(server).opened(SPAN)).ok).toBe(false);
    } finally {
      await server.stop();
    }
  });

  it('is not asked without its key', async () => {
    const without = open({ kind: 'pagerduty', services: ['PIJ90N7'], tokenFrom: 'PD' });
    expect(await without.opened(SPAN)).toMatchObject({ noData: { detail: expect.stringContaining('PD is not set') } });
  });

  it('gets alerts by its Events API, with the key of the message', async () => {
    const server = await startHttpServer((_, response) => response.writeHead(202).end('{"status":"success"}'));
    try {
      const channel = { kind: 'pagerduty', name: 'on-call', routingKeyFrom: 'KEY', url: server.url } as const;
      const channels = [{ ...channel, topics: ['*'], required: false, timeout: '5s' }];
      const notifier = createNotifier(channels, { env: { KEY: 'routing-key' }, exec });
      const message = sampleMessage({ topic: 'release.frozen' });
      await notifier.send('on-call', message);
      expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
        routing_key: 'routing-key',
        event_action: 'trigger',
        dedup_key: message.key,
        payload: { summary: message.text, severity: 'critical', source: expect.stringContaining(message.release) },
      });
    } finally {
      await server.stop();
    }
  });
});

describe('a program', () => {
  const program = (body: string) => {
    const file = join(folder, `p${Math.random()}`);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
    return open({ kind: 'command', command: [file], timeout: '5s' });
  };

  it('tells incidents', async () => {
    const told = '{"incidents":[{"ref":"INC-1","title":"slow","severity":2,"open":true}]}';
    expect(await program(`echo '${told}'`).opened(SPAN)).toEqual({
      ok: true,
      value: [{ ref: 'INC-1', title: 'slow', severity: 2, isOpen: true }],
    });
  });

  it.each(['exit 1', 'echo nothing', `echo '{"incidents":[{"ref":"x"}]}'`, 'exec no-such-program'])(
    'that does %s says nothing of incidents',
    async (body) => {
      expect((await program(body).opened(SPAN)).ok).toBe(false);
    },
  );

  it('is not repeated in what is recorded of it, which would be kept for good', async () => {
    const answer = await program('echo hush; echo hush >&2; exit 3').opened(SPAN);
    expect(answer).toMatchObject({
      ok: false,
      noData: {
        detail: expect.stringMatching(
          /ended with exit code 3; what it prints is not recorded: run it by hand to read it$/,
        ),
      },
    });
  });
});
