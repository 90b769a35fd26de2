import * as z from 'zod';

/** Where an HTTP API is and how relctl logs in there: a URL, or a URL with a login. A secret is named and never written. */

const url = z.url({ protocol: /^https?$/ });

const secret = z
  .string()
  .regex(/^([A-Z_][A-Z0-9_]*|file:.+)$/, 'the name of an environment variable, or file:path')
  .describe('Name of the environment variable that holds it, or file: and the path of a file; never the secret itself');

const command = z.array(z.string().min(1)).min(1);

const loginSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bearer'), tokenFrom: secret }),
  z.strictObject({ kind: z.literal('basic'), user: z.string().min(1), passwordFrom: secret }),
  z.strictObject({
    kind: z.literal('token-command'),
    command: command.describe(
      'Argument list. It prints a token, or JSON with token or access_token and expires_in or expirationTimestamp, or an ExecCredential of Kubernetes',
    ),
  }),
  z.strictObject({
    kind: z.literal('sigv4'),
    region: z.string().min(1),
    service: z.string().min(1).default('aps').describe('aps: Amazon Managed Service for Prometheus'),
    credentialsCommand: command
      .optional()
      .describe(
        'Argument list of a credential_process, such as aws configure export-credentials --format process; AWS_ACCESS_KEY_ID and its like when left out',
      ),
  }),
]);

const tlsSchema = z
  .strictObject({
    ca: z.string().min(1).optional().describe('PEM file of the authorities that are trusted, in place of the system’s'),
    certificate: z.string().min(1).optional().describe('PEM file of the client certificate'),
    key: z.string().min(1).optional().describe('PEM file of its key'),
    serverName: z.string().min(1).optional().describe('Name that the server’s certificate must hold'),
  })
  .refine((tls) => (tls.certificate === undefined) === (tls.key === undefined), {
    message: 'certificate and key belong together',
  });

const headers = {
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9-]+$/, 'the name of a header'),
      z.string().regex(/^[\t\x20-\x7e]*$/, 'printable ASCII'),
    )
    .default({})
    .describe('Such as X-Scope-OrgID: shop; not for secrets'),
  headersFrom: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/, 'the name of a header'), secret)
    .default({})
    .describe('Headers whose value is a secret'),
};

/** An endpoint as an object. */
export const endpointWithLogin = z.strictObject({
  url,
  login: loginSchema.optional(),
  ...headers,
  tls: tlsSchema.optional(),
});

const kubeName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a name that Kubernetes allows');

/** A Service inside the cluster of the environment or region that names it. */
export const serviceEndpoint = z.strictObject({
  via: z
    .literal('kubectl')
    .describe(
      'Through the API server of the cluster, with the login of kubectl; it needs the right to get services/proxy',
    ),
  namespace: kubeName,
  service: kubeName,
  port: z.union([z.int().min(1).max(65_535), kubeName]).describe('Number or name of a port of the Service'),
  scheme: z.enum(['http', 'https']).default('http').describe('What it speaks inside the cluster'),
  path: z
    .string()
    .regex(/^(\/[A-Za-z0-9._~-]+)*$/, 'a path such as /prometheus, without a slash at its end')
    .default('')
    .describe('Prefix of its paths'),
  ...headers,
});

/** Schema of an endpoint in relctl.yaml. */
export const endpointSchema = z.union([url, endpointWithLogin]);

/** Schema of an endpoint of an environment, which may be inside its cluster. */
export const environmentEndpointSchema = z.union([url, endpointWithLogin, serviceEndpoint]);

/** An endpoint with what its login needs. */
export type Endpoint = z.infer<typeof endpointWithLogin>;
/** A Service that is reached through the API server. */
export type ServiceEndpoint = z.infer<typeof serviceEndpoint>;
/** One way to log in. */
export type Login = z.infer<typeof loginSchema>;
/** Files of a TLS connection. */
export type TlsFiles = z.infer<typeof tlsSchema>;

/** A plain URL is an endpoint without a login. */
export function asEndpoint<Given extends Endpoint | ServiceEndpoint>(given: string | Given): Endpoint | Given {
  return typeof given === 'string' ? { url: given, headers: {}, headersFrom: {} } : given;
}

/**
 * The URL of an endpoint; a Service has the name that it has inside its cluster. A port with a name is not in it, because a URL has
 * numbers only.
 */
export function urlOf(endpoint: Endpoint | ServiceEndpoint): string {
  if (!('via' in endpoint)) return endpoint.url;
  const { scheme, service, namespace, port, path } = endpoint;
  return `${scheme}://${service}.${namespace}.svc${typeof port === 'number' ? `:${port}` : ''}${path}`;
}
