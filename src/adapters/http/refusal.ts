import type { HttpAnswer } from './bounded-fetch.ts';
import { isRecord, parseJson } from './json.ts';

type Answered = Omit<Extract<HttpAnswer, { ok: true }>, 'ok'>;

/** What an answer other than 200 means, in words that follow a name: what became of the login, and the reason that the other side gives. */
export function sayRefusal(answer: Answered): string {
  const { status, location } = answer;
  const reason = reasonOf(answer);
  const why = reason === '' ? '' : `: ${reason}`;
  if (status === 401) return `wants a login, or refuses the one that it got (HTTP 401)${why}`;
  if (status === 403) return `does not let this login read (HTTP 403)${why}`;
  const to = location === undefined ? '' : `, which points to ${hostOf(location)}`;
  return `answered HTTP ${status}${to}`;
}

/** What a stranger's answer says, in a sentence of ours: bytes that are no text are left out. */
export function cut(text: string): string {
  const line = text.replace(/[\p{C}\p{Z}\s\uFFFD]+/gu, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 157)}…` : line;
}

/**
 * RFC 6750 says it in a header; AWS and most others in a field of JSON, ServiceNow one deeper, and Jira in a list. A page or a bare word says nothing that the
 * status does not.
 */
export function reasonOf({ headers, body }: Pick<Answered, 'headers' | 'body'>): string {
  const [, described] = /\berror_description="([^"]*)"/.exec(headers['www-authenticate'] ?? '') ?? [];
  const parsed = parseJson(body);
  const json = isRecord(parsed) ? parsed : {};
  const inner = isRecord(json.error) ? json.error.message : undefined;
  const listed = Array.isArray(json.errorMessages) ? json.errorMessages[0] : undefined;
  const ofField = isRecord(json.errors) ? Object.values(json.errors)[0] : undefined;
  const said = [described, json.message, json.Message, json.error_description, json.error, inner, listed, ofField];
  const reason = said.find((one): one is string => typeof one === 'string' && one.trim() !== '') ?? '';
  // Some repeat the token or the signature that they refuse: no word is that long.
  return cut(reason.replace(/[^\s"',;:()]{24,}/g, '…'));
}

function hostOf(location: string): string {
  return URL.canParse(location) ? new URL(location).host : 'another path';
}
