import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One request as the API server logged it, once it was answered. */
export interface ApiRequest {
  readonly verb: string;
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
  /** HTTP status of the answer. */
  readonly code: number;
  readonly userAgent: string;
  readonly user: string;
  /** Asked for a change without making it. */
  readonly isDryRun: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** True for a request that asked for a change, and not only whether it would be taken. */
export function isWrite(request: ApiRequest): boolean {
  return WRITES.has(request.verb) && !request.isDryRun;
}

/** True for a request that came from a kubectl, and so from relctl or a test's own hand; the rest are parts of the cluster. */
export function isByKubectl(request: ApiRequest): boolean {
  return request.userAgent.startsWith('kubectl/');
}

/** Arguments that make an API server log every request, without bodies, before it has answered the next one. */
export function auditArguments(folder: string, log: string): readonly string[] {
  const policy = join(folder, 'audit-policy.json');
  const rules = [{ level: 'Metadata' }];
  writeFileSync(
    policy,
    JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules }),
  );
  return [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, '--audit-log-mode=blocking'];
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { namespace?: string; resource?: string; name?: string; subresource?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
}

/** Reads the log that {@link auditArguments} asked for; watches, which are answered as long as they last, are left out. */
export function readAudit(log: string): readonly ApiRequest[] {
  const events = readFileSync(log, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AuditEvent);
  return events
    .filter((event) => event.stage === 'ResponseComplete' && event.verb !== 'watch')
    .map((event) => ({
      verb: event.verb,
      namespace: event.objectRef?.namespace ?? '',
      resource: event.objectRef?.resource ?? '',
      name: event.objectRef?.name ?? '',
      subresource: event.objectRef?.subresource ?? '',
      code: event.responseStatus?.code ?? 0,
      userAgent: event.userAgent ?? '',
      user: event.user.username,
      isDryRun: /[?&]dryRun=All\b/.test(event.requestURI),
      at: Date.parse(event.requestReceivedTimestamp),
    }));
}
