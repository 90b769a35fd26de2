import type { Login } from '../../plan/endpoint.ts';
import { type CredentialGround, mayUse, renewed } from './credentials.ts';
import { isRecord, parseJson } from './json.ts';
import { NoCredential } from './no-credential.ts';

/** Keys of AWS, as a credential_process prints them. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request that is to be signed. */
export interface Unsigned {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * The headers of a request signed with AWS Signature Version 4.
 * @param datetime such as `20150830T123600Z`; now when it is left out
 */
export async function signAws(
  request: Unsigned,
  keys: AwsKeys,
  { region, service }: Pick<Extract<Login, { kind: 'sigv4' }>, 'region' | 'service'>,
  datetime?: string,
): Promise<Record<string, string>> {
  const { AwsV4Signer } = await import('aws4fetch');
  const { headers } = await new AwsV4Signer({
    ...request,
    ...keys,
    region,
    service,
    ...(datetime === undefined ? {} : { datetime }),
  }).sign();
  // The host is said by whoever sends the request.
  return Object.fromEntries([...headers].filter(([name]) => name !== 'host'));
}

/** Where the keys come from: a credential_process, or the variables that every tool of AWS reads. */
export function awsKeys(login: Extract<Login, { kind: 'sigv4' }>, ground: CredentialGround): () => Promise<AwsKeys> {
  if (login.credentialsCommand !== undefined) {
    const kept = renewed(login.credentialsCommand, readProcessCredentials, ground);
    return () => kept.get();
  }
  return async () => {
    await mayUse(ground);
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = ground.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      throw new NoCredential('the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
    }
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    };
  };
}

/** docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html, version 1. */
function readProcessCredentials(stdout: string): { readonly value: AwsKeys; readonly expires?: number } | undefined {
  const body = parseJson(stdout);
  if (!isRecord(body) || typeof body.AccessKeyId !== 'string' || typeof body.SecretAccessKey !== 'string') {
    return undefined;
  }
  const value = {
    accessKeyId: body.AccessKeyId,
    secretAccessKey: body.SecretAccessKey,
    ...(typeof body.SessionToken === 'string' ? { sessionToken: body.SessionToken } : {}),
  };
  const expires = Date.parse(String(body.Expiration));
  return Number.isNaN(expires) ? { value } : { value, expires };
}
