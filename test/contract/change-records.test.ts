import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openChangeRecords } from '../../src/adapters/change-record/open.ts';
import { exec } from '../../src/adapters/exec.ts';
import { createEndpointFetch } from '../../src/adapters/http/login.ts';
import { changeRecordSchema } from '../../src/plan/change-record.ts';
import type { ChangeRecords } from '../../src/ports/change-records.ts';
import { startHttpServer } from '../support/http-server.ts';
import { jiraStub } from '../support/jira-stub.ts';
import { serviceNowStub } from '../support/servicenow-stub.ts';
import { changeRecordsContract, NEW_CHANGE } from './change-records.contract.ts';

const EXAMPLE = fileURLToPath(new URL('../../templates/change-record/folder.mjs', import.meta.url));

function open(settings: object, env: Record<string, string> = {}): ChangeRecords {
  const read = changeRecordSchema.parse({ repository: 'acme/shop', ...settings });
  const ground = { env, cwd: tmpdir(), exec };
  return openChangeRecords(read, { ...ground, fetchOf: (endpoint) => createEndpointFetch(endpoint, ground) });
}

async function serviceNowLab() {
  const stub = serviceNowStub();
  const server = await startHttpServer(stub.answer);
  const api = { url: server.url, login: { kind: 'basic', user: 'relctl', passwordFrom: 'SNOW_PASSWORD' } };
  return {
    stub,
    server,
    records: open({ kind: 'servicenow', api, fields: { assignment_group: 'cab' } }, { SNOW_PASSWORD: 'hush-hush' }),
    approve: async (key: string) => {
      Object.assign(stub.changes.find((one) => one.sys_id === key) ?? {}, { approval: 'approved' });
    },
    ending: async (key: string) => stub.changes.find((one) => one.sys_id === key)?.close_code ?? '',
    stop: server.stop,
  };
}

async function jiraLab() {
  const stub = jiraStub();
  const server = await startHttpServer(stub.answer);
  const fields = { plannedStart: 'customfield_10050', plannedEnd: 'customfield_10051' };
  return {
    stub,
    server,
    records: open({ kind: 'jira', api: server.url, project: 'CHG', ...fields }),
    approve: async (key: string) => {
      stub.issues.find((one) => one.key === key)?.approvals.push({ finalDecision: 'approved' });
    },
    ending: async (key: string) => JSON.stringify(stub.issues.find((one) => one.key === key)?.fields.status),
    stop: server.stop,
  };
}

changeRecordsContract('ServiceNow', serviceNowLab);
changeRecordsContract('Jira Service Management', jiraLab);
changeRecordsContract('a program, as the example in templates/', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-changes-'));
  const read = (key: string) => JSON.parse(readFileSync(join(folder, `${key}.json`), 'utf8'));
  return {
    records: open({ kind: 'command', command: [process.execPath, EXAMPLE, folder] }),
    approve: async (key) => {
      writeFileSync(join(folder, `${key}.json`), JSON.stringify({ ...read(key), decision: 'approved' }));
    },
    ending: async (key) => read(key).end.outcome,
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

const refusedOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: { code: string; data?: { refused: boolean }; message: string }) => ({
      code: error.code,
      refused: error.data?.refused,
      message: error.message,
    }),
  );

describe('ServiceNow', () => {
  it('gets values in UTC and the fields that the documentation names, with the login', async () => {
    const lab = await serviceNowLab();
    try {
      await lab.records.create(NEW_CHANGE);
      expect(lab.stub.changes).toMatchObject([
        {
          type: 'normal',
          short_description: NEW_CHANGE.title,
          correlation_id: NEW_CHANGE.correlation,
          correlation_display: 'relctl',
          start_date: '2026-12-03 19:00:00',
          end_date: '2026-12-03 23:00:00',
          assignment_group: 'cab',
        },
      ]);
      const [request] = lab.server.requests;
      expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('relctl:hush-hush').toString('base64')}`);
      expect(request?.path).toContain('sysparm_input_display_value=false');
    } finally {
      await lab.stop();
    }
  });

  it('that answers with success and leaves the state has failed', async () => {
    const lab = await serviceNowLab();
    try {
      const created = await lab.records.create(NEW_CHANGE);
      lab.stub.frozen.add('state');
      expect(await refusedOf(lab.records.update(created, { stage: 'implementing' }))).toMatchObject({
        code: 'change-record.failed',
        message: expect.stringContaining('left CHG0030001 at planned'),
      });
    } finally {
      await lab.stop();
    }
  });

  it('that takes no notice of the correlation id, which the login may not read, has no record of the release', async () => {
    const lab = await serviceNowLab();
    try {
      const other = { ...NEW_CHANGE, correlation: 'relctl:github.com/acme/other:2026-12-mail:1' };
      await lab.records.create(other);
      lab.stub.hidden.add('correlation_id');
      expect(await refusedOf(lab.records.find(NEW_CHANGE.correlation))).toMatchObject({
        code: 'change-record.failed',
        message: expect.stringContaining('CHG0030001, which does not bear that'),
      });
    } finally {
      await lab.stop();
    }
  });

  it('that finds a correlation id in other letters has found that of another repository', async () => {
    const lab = await serviceNowLab();
    try {
      await lab.records.create({ ...NEW_CHANGE, correlation: NEW_CHANGE.correlation.replace('acme', 'ACME') });
      const answer = JSON.stringify({ result: lab.stub.changes });
      const server = await startHttpServer((_, response) => response.writeHead(200).end(answer));
      const records = open({ kind: 'servicenow', api: server.url });
      expect(await records.find(NEW_CHANGE.correlation)).toEqual([]);
      await server.stop();
    } finally {
      await lab.stop();
    }
  });

  it.each([
    [401, '{"error":{"message":"User Not Authenticated"}}', true, 'HTTP 401'],
    [403, '{"error":{"message":"Operation against file denied"}}', true, 'HTTP 403'],
    [302, '', true, 'redirects elsewhere'],
    [200, '<html>Log in</html>', false, 'without JSON'],
    [200, '{"result":{}}', false, 'does not read'],
    [503, 'hibernating', false, 'HTTP 503'],
  ])('that answers %i %s is no record', async (status, body, refused, said) => {
    const server = await startHttpServer((_, response) => response.writeHead(status).end(body));
    try {
      const records = open({ kind: 'servicenow', api: server.url });
      expect(await refusedOf(records.create(NEW_CHANGE))).toMatchObject({
        refused,
        message: expect.stringContaining(said),
      });
    } finally {
      await server.stop();
    }
  });
});

describe('Jira', () => {
  it('is read past its search, which does not show at once what was created', async () => {
    const lab = await jiraLab();
    try {
      const created = await lab.records.create(NEW_CHANGE);
      lab.stub.lagging = true;
      expect(await lab.records.find(NEW_CHANGE.correlation)).toEqual([]);
      expect(await lab.records.find(NEW_CHANGE.correlation, created.key)).toEqual([created]);
    } finally {
      await lab.stop();
    }
  });

  it('that does not heed the label it is asked for has no record of the release', async () => {
    const lab = await jiraLab();
    try {
      await lab.records.create({ ...NEW_CHANGE, correlation: 'relctl:github.com/acme/other:2026-12-mail:1' });
      lab.stub.heedless = true;
      expect(await refusedOf(lab.records.find(NEW_CHANGE.correlation))).toMatchObject({
        code: 'change-record.failed',
        message: expect.stringContaining('CHG-1, which does not bear that'),
      });
    } finally {
      await lab.stop();
    }
  });

  it('keeps notes internal, and says which transitions there are where none leads on', async () => {
    const lab = await jiraLab();
    try {
      const created = await lab.records.create(NEW_CHANGE);
      await lab.records.update(created, { note: 'Submitted.' });
      expect(lab.stub.issues[0]?.comments).toEqual([{ body: 'Submitted.', public: false }]);
      expect(await refusedOf(lab.records.update(created, { stage: 'closed' }))).toMatchObject({
        message: expect.stringContaining('it can go to: Implementing, Canceled'),
      });
    } finally {
      await lab.stop();
    }
  });

  it('approves nothing where no approval was asked for, or one was declined', async () => {
    const lab = await jiraLab();
    try {
      const { key } = await lab.records.create(NEW_CHANGE);
      const decision = async () => (await lab.records.find(NEW_CHANGE.correlation))[0]?.decision;
      expect(await decision()).toBe('pending');
      await lab.approve(key);
      lab.stub.issues[0]?.approvals.push({ finalDecision: 'pending' });
      expect(await decision()).toBe('pending');
      Object.assign(lab.stub.issues[0]?.approvals[1] ?? {}, { finalDecision: 'declined' });
      expect(await decision()).toBe('rejected');
    } finally {
      await lab.stop();
    }
  });
});

describe('what is told of a failure, which is recorded,', () => {
  const SECRET = 'hush-hush';
  const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.c2VjcmV0LXRva2Vu';
  it.each([
    [
      'a reason',
      JSON.stringify({ error: { message: `Not for relctl:${SECRET}, ${TOKEN}`, detail: TOKEN } }),
      'Not for',
    ],
    ['reasons of fields', JSON.stringify({ errorMessages: [], errors: { summary: `Too long: ${TOKEN}` } }), 'Too long'],
    ['what it got', `no login ${btoa(`relctl:${SECRET}`)} ${SECRET} ${TOKEN}`, 'HTTP 400'],
  ])('has no secret of a server that answers with %s', async (_, body, said) => {
    const server = await startHttpServer((_request, response) => response.writeHead(400).end(body));
    try {
      const login = { kind: 'basic', user: 'relctl', passwordFrom: 'SNOW_PW' };
      const records = open({ kind: 'servicenow', api: { url: server.url, login } }, { SNOW_PW: SECRET });
      const { message } = (await refusedOf(records.create(NEW_CHANGE))) as { message: string };
      expect(message).toContain(said);
      for (const one of [SECRET, TOKEN, btoa(`relctl:${SECRET}`)]) expect(message).not.toContain(one);
    } finally {
      await server.stop();
    }
  });

  it('has nothing that a program printed beside its answer', async () => {
    const records = open({ kind: 'command', command: ['sh', '-c', `echo ${SECRET}; echo ${TOKEN} >&2; exit 3`] });
    const { message } = (await refusedOf(records.create(NEW_CHANGE))) as { message: string };
    expect(message).toBe('sh: ended with exit code 3; what it prints is not recorded: run it by hand to read it');
  });
});
