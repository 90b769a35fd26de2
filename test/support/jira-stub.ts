import type { ServerResponse } from 'node:http';
import type { TakenRequest } from './http-server.ts';

/**
 * A stub of Jira Service Management as it is documented (developer.atlassian.com): the platform API for issues, search, comments and
 * transitions, and its own for internal comments and approvals.
 */
export interface JiraStub {
  readonly issues: StubIssue[];
  /** Where true, a search does not show what was created just now, as Jira Cloud's does for a while. */
  lagging: boolean;
  /** Where true, a search does not heed what it is asked for. */
  heedless: boolean;
  answer(request: TakenRequest, response: ServerResponse): void;
}

interface StubIssue {
  readonly id: string;
  readonly key: string;
  readonly fields: Record<string, unknown>;
  readonly comments: { readonly body: string; readonly public: boolean }[];
  readonly approvals: { finalDecision: string }[];
}

/** The workflow of a change: from each status to the others. */
const WORKFLOW: Readonly<Record<string, readonly string[]>> = {
  Planning: ['Implementing', 'Canceled'],
  Implementing: ['Completed', 'Failed', 'Canceled'],
  Completed: [],
  Failed: [],
  Canceled: [],
};
const STATUSES = Object.keys(WORKFLOW);

export function jiraStub(): JiraStub {
  const stub: JiraStub = {
    issues: [],
    lagging: false,
    heedless: false,
    answer({ method, path, body }, response) {
      const { pathname, searchParams } = new URL(path, 'http://stub');
      const send = (status: number, value?: unknown) => {
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(value === undefined ? '' : JSON.stringify(value));
      };
      const given = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
      if (pathname === '/rest/api/2/search/jql' || pathname === '/rest/api/2/search') {
        const label = /labels = "([^"]+)"/.exec(searchParams.get('jql') ?? '')?.[1] ?? '';
        const seen = stub.issues.filter((one) => stub.heedless || (one.fields.labels as string[]).includes(label));
        return send(200, { issues: stub.lagging ? [] : seen.map(({ id, key, fields }) => ({ id, key, fields })) });
      }
      if (method === 'POST' && pathname === '/rest/api/2/issue') {
        const id = String(10_001 + stub.issues.length);
        const fields = { ...(given.fields as Record<string, unknown>), status: { name: 'Planning' } };
        const issue = { id, key: `CHG-${stub.issues.length + 1}`, fields, comments: [], approvals: [] };
        stub.issues.push(issue);
        return send(201, { id, key: issue.key, self: '' });
      }
      const [, key = '', rest = ''] =
        /^\/rest\/(?:api\/2\/issue|servicedeskapi\/request)\/([^/]+)(.*)$/.exec(pathname) ?? [];
      const issue = stub.issues.find((one) => one.key === key);
      if (issue === undefined) return send(404, { errorMessages: ['Issue does not exist'], errors: {} });
      const status = (issue.fields.status as { name: string }).name;
      if (rest === '' && method === 'GET') return send(200, { id: issue.id, key, fields: issue.fields });
      if (rest === '' && method === 'PUT') {
        Object.assign(issue.fields, given.fields);
        return send(204);
      }
      if (rest === '/comment' && method === 'GET') return send(200, { comments: issue.comments });
      if (rest === '/comment') {
        issue.comments.push({ body: String(given.body), public: given.public === true });
        return send(201, { id: '1' });
      }
      if (rest === '/approval') return send(200, { values: issue.approvals });
      if (rest === '/transitions' && method === 'GET') {
        const to = WORKFLOW[status] ?? [];
        return send(200, { transitions: to.map((name) => ({ id: String(STATUSES.indexOf(name)), to: { name } })) });
      }
      const target = STATUSES[Number((given.transition as { id: string }).id)] ?? '';
      issue.fields.status = { name: target };
      return send(204);
    },
  };
  return stub;
}
