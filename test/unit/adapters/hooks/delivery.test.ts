import { afterEach, describe, expect, it } from 'vitest';
import { exec } from '../../../../src/adapters/exec.ts';
import { postJson, prepareDelivery } from '../../../../src/adapters/hooks/delivery.ts';
import { sendToTeams } from '../../../../src/adapters/hooks/teams.ts';
import type { Channel } from '../../../../src/plan/config.ts';
import { sampleMessage } from '../../../contract/notifier.contract.ts';
import { startHttpServer, type TestServer } from '../../../support/http-server.ts';

let server: TestServer | undefined;
afterEach(() => server?.stop());

/** What becomes of a message to a server that answers so. */
async function sent(kind: 'teams' | 'webhook', status: number, body: string): Promise<string> {
  server = await startHttpServer((_request, response) => {
    response.statusCode = status;
    response.end(body);
  });
  const channel = { name: 'ops', kind, urlFrom: 'HOOK', topics: [] } as unknown as Channel;
  const delivery = prepareDelivery(channel, sampleMessage({}), 2000, { env: { HOOK: server.url }, exec });
  const sending =
    kind === 'teams' ? sendToTeams(delivery, { urlFrom: 'HOOK' }) : postJson(delivery, server.url, { a: 1 }, {});
  return sending.then(
    () => 'delivered',
    (error: Error) => error.message,
  );
}

describe('a delivery', () => {
  it.each([
    ['teams', 202, ''],
    ['teams', 200, '1'],
    ['webhook', 200, 'ok'],
    ['webhook', 200, '{"ok":true,"error":null}'],
    ['webhook', 204, ''],
  ] as const)('to %s that answers %i %j has arrived', async (kind, status, body) => {
    expect(await sent(kind, status, body)).toBe('delivered');
  });

  it.each([
    ['teams', 200, 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413'],
    ['teams', 200, '{"error":"throttled"}'],
    ['teams', 429, 'throttled'],
    ['webhook', 200, '{"ok":false}'],
    ['webhook', 200, '{"success":false,"error":"no such room"}'],
  ] as const)('to %s that answers %i %j has not', async (kind, status, body) => {
    expect(await sent(kind, status, body)).toMatch(/HTTP (200, but its body says no|429)/);
  });
});
