import type { ServerResponse } from 'node:http';
import type { TakenRequest } from './http-server.ts';

/**
 * A stub of ServiceNow's Table API as it is documented (servicenow.com/docs, "Table API"): GET with sysparm_query, POST 201, PATCH 200, the
 * record under `result`, errors under `error`. Dates are UTC texts; `work_notes` is a journal field, whose entries lie in sys_journal_field.
 */
export interface ServiceNowStub {
  readonly changes: Record<string, string>[];
  readonly journal: { readonly element_id: string; readonly element: string; readonly value: string }[];
  /** Fields that a business rule keeps as they are, although the answer is a success. */
  readonly frozen: Set<string>;
  /** Fields that the login may not read: conditions on them are not heeded, and answers leave them empty. */
  readonly hidden: Set<string>;
  answer(request: TakenRequest, response: ServerResponse): void;
}

export function serviceNowStub(): ServiceNowStub {
  const changes: Record<string, string>[] = [];
  const journal: ServiceNowStub['journal'] = [];
  const frozen = new Set<string>();
  const hidden = new Set<string>();
  const shown = (row: Record<string, string>) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, hidden.has(name) ? '' : value]));
  const write = (row: Record<string, string>, body: Record<string, string>) => {
    const { work_notes, ...fields } = body;
    for (const [name, value] of Object.entries(fields)) if (!frozen.has(name)) row[name] = value;
    if (work_notes !== undefined)
      journal.push({ element_id: row.sys_id ?? '', element: 'work_notes', value: work_notes });
  };
  return {
    changes,
    journal,
    frozen,
    hidden,
    answer({ method, path, body }, response) {
      const url = new URL(path, 'http://stub');
      const [, , , , table = '', key = ''] = url.pathname.split('/');
      const send = (status: number, value: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      };
      const missing = () => send(404, { error: { message: 'No Record found', detail: '' }, status: 'failure' });
      const row = changes.find((one) => one.sys_id === key);
      if (method === 'GET' && key === '') {
        const rows = table === 'change_request' ? changes : (journal as unknown as Record<string, string>[]);
        return send(200, {
          result: rows.filter(matcher(url.searchParams.get('sysparm_query') ?? '', hidden)).map(shown),
        });
      }
      if (method === 'POST' && table === 'change_request') {
        const number = `CHG${String(30_001 + changes.length).padStart(7, '0')}`;
        const created = { sys_id: number.toLowerCase(), number, state: '-5', approval: 'not requested' };
        changes.push(created);
        write(created, JSON.parse(body) as Record<string, string>);
        return send(201, { result: created });
      }
      if (method !== 'PATCH' || row === undefined) return missing();
      write(row, JSON.parse(body) as Record<string, string>);
      return send(200, { result: row });
    },
  };
}

/** An encoded query: conditions joined by ^, such as `field=value` and `fieldLIKEpart`; the order is that of creation. */
function matcher(query: string, hidden: ReadonlySet<string>): (row: Record<string, string>) => boolean {
  const conditions = query.split('^').filter((one) => !one.startsWith('ORDERBY'));
  return (row) =>
    conditions.every((condition) => {
      const [, field = '', how, value = ''] = /^([a-z_]+)(=|LIKE)(.*)$/.exec(condition) ?? [];
      if (hidden.has(field)) return true;
      return how === '=' ? row[field] === value : (row[field] ?? '').includes(value);
    });
}
