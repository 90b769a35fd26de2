import { createHash, createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { TakenRequest } from './http-server.ts';

/**
 * A metrics store that checks signatures as AWS documents them (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html),
 * on the bytes that arrive: written from that page, without the library that relctl signs with.
 */

/** A login that the store knows. */
export interface AwsLogin {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly isExpired?: boolean;
}

/** The signature that a request must have: the headers are the signed ones, by lower-case name. */
export function awsSignature(
  { method, path, body }: Pick<TakenRequest, 'method' | 'path' | 'body'>,
  headers: Readonly<Record<string, string>>,
  { secret, scope }: { readonly secret: string; readonly scope: string },
): string {
  const [pathname = '', query = ''] = path.split(/\?(.*)/s);
  const canonical = [
    method,
    // Of what is on the wire each segment is encoded once more.
    pathname.split('/').map(encoded).join('/'),
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split(/=(.*)/s))
      // A plus is no space here, but a plus. No sign of an encoded name or value comes before the tab.
      .map(([name = '', value = '']) => `${encoded(decodeURIComponent(name))}\t${encoded(decodeURIComponent(value))}`)
      .sort()
      .map((pair) => pair.replace('\t', '='))
      .join('&'),
    ...Object.keys(headers)
      .sort()
      .map((name) => `${name}:${headers[name]?.trim().replace(/ +/g, ' ')}`),
    '',
    Object.keys(headers).sort().join(';'),
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

/** What the store answers: what it holds, or the refusal that AWS words so (HTTP 403, JSON with `message`). */
export function awsStore(logins: readonly AwsLogin[], held: string) {
  return (request: TakenRequest, response: ServerResponse): void => {
    const refusal = refusalOf(request, logins);
    response.writeHead(refusal === undefined ? 200 : 403, { 'content-type': 'application/json' });
    response.end(refusal === undefined ? held : JSON.stringify({ message: refusal }));
  };
}

function refusalOf(request: TakenRequest, logins: readonly AwsLogin[]): string | undefined {
  const given = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
    String(request.headers.authorization),
  );
  if (given === null) return 'Missing Authentication Token';
  const [, id, scope = '', names = '', signature] = given;
  const login = logins.find((one) => one.accessKeyId === id);
  const token = request.headers['x-amz-security-token'];
  if (login === undefined || token !== login.sessionToken)
    return 'The security token included in the request is invalid.';
  if (login.isExpired === true) return 'The security token included in the request is expired';
  const signed = Object.fromEntries(names.split(';').map((name) => [name, String(request.headers[name])]));
  if (awsSignature(request, signed, { secret: login.secretAccessKey, scope }) === signature) return undefined;
  return 'The request signature we calculated does not match the signature you provided.';
}

function encoded(text: string): string {
  const hex = (one: string) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
