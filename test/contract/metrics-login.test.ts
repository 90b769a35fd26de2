import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exec } from '../../src/adapters/exec.ts';
import { createEndpointFetch } from '../../src/adapters/http/login.ts';
import { createPrometheusMetrics } from '../../src/adapters/prometheus/metrics.ts';
import type { Endpoint } from '../../src/plan/endpoint.ts';
import { freePort, haveBinaries } from '../support/prometheus.ts';

/**
 * A real Prometheus with `--web.config.file` (TLS, client certificates, basic) and one without behind a real nginx (bearer, tenant,
 * prefix, a login page): what is logged in reads, and each way of not being so is no data with the reason.
 */
const real = haveBinaries('prometheus', 'nginx', 'openssl');
const folder = mkdtempSync(join(tmpdir(), 'relctl-metrics-login-'));
const running: ChildProcess[] = [];
const PASSWORD = 's3cret-of-the-test';
/** bcrypt of it, as the web configuration wants. */
const HASH = '$2b$06$QaakJswincQljo4PeuvTLuQw4BaKraJFUiUgZv3Avj2Pg0j9gxYAG';
const ENV = { PASSWORD, TOKEN: 'good-token', STALE: 'expired-token' };

let secured = '';
let nginx = '';

async function start(program: string, args: readonly string[], port: number): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' });
  running.push(child);
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    const answers = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${program} did not listen`);
}

const prometheus = (data: string, port: number, more: readonly string[] = []) =>
  start(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, data)}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...more,
    ],
    port,
  );

function certificates(): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  for (const name of ['ca', 'other-ca']) {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    );
  }
  writeFileSync(join(folder, 'san.ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  for (const [name, ca] of [
    ['server', 'ca'],
    ['client', 'ca'],
    ['stranger', 'other-ca'],
  ]) {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
    );
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${ca}.pem`,
      '-CAkey',
      `${ca}.key`,
      '-CAcreateserial',
      '-days',
      '2',
      '-out',
      `${name}.pem`,
      '-extfile',
      'san.ext',
    );
  }
}

beforeAll(async () => {
  if (!real) return;
  certificates();
  mkdirSync(join(folder, 'logs'));
  writeFileSync(join(folder, 'prometheus.yml'), 'scrape_configs: []\n');
  writeFileSync(
    join(folder, 'web.yml'),
    `tls_server_config: { cert_file: server.pem, key_file: server.key, client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert }\nbasic_auth_users: { ada: '${HASH}' }\n`,
  );
  const [tls, plain, front] = [await freePort(), await freePort(), await freePort()];
  await prometheus('secured', tls, [`--web.config.file=${join(folder, 'web.yml')}`]);
  await prometheus('plain', plain);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/logs/error.log;
events {}
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server {
    listen 127.0.0.1:${front};
    location /metrics/prom/ {
      if ($http_authorization != "Bearer good-token") { return 401; }
      if ($http_x_scope_orgid != "shop") { return 403; }
      proxy_pass http://127.0.0.1:${plain}/;
    }
    location / { return 404; }
    location /page/ { default_type text/html; return 200 "<!doctype html><title>Sign in</title>"; }
    location /moved/ { return 302 http://127.0.0.1:${front}/page/; }
  }
}
`,
  );
  await start('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], front);
  secured = `https://127.0.0.1:${tls}`;
  nginx = `http://127.0.0.1:${front}`;
}, 120_000);

afterAll(async () => {
  await Promise.all(
    running.map(
      (child) =>
        new Promise((resolve) => {
          if (child.exitCode !== null) return resolve(undefined);
          child.once('exit', resolve);
          child.kill('SIGTERM');
        }),
    ),
  );
  rmSync(folder, { recursive: true, force: true });
});

/** What `1` is there: 1 where it may be read. */
function one(endpoint: Partial<Endpoint> & { readonly url: string }) {
  const whole = { headers: {}, headersFrom: {}, ...endpoint };
  const fetch = createEndpointFetch(whole, { env: ENV, cwd: folder, exec });
  return createPrometheusMetrics({ url: whole.url, staleAfter: 60, timeout: 20_000, fetch }).scalar('1', Date.now());
}

const basic = (passwordFrom = 'PASSWORD') => ({ kind: 'basic' as const, user: 'ada', passwordFrom });
const tls = { ca: 'ca.pem', certificate: 'client.pem', key: 'client.key' };

describe.skipIf(!real)('a Prometheus with TLS, client certificates and basic', () => {
  it('is read with all three', async () => {
    expect(await one({ url: secured, tls, login: basic() })).toEqual({ ok: true, value: 1 });
  });

  it.each([
    ['no certificate', { ca: 'ca.pem' }, basic(), 'certificate'],
    ['a stranger’s certificate', { ...tls, certificate: 'stranger.pem', key: 'stranger.key' }, basic(), 'certificate'],
    ['an authority that is not trusted', { ...tls, ca: 'other-ca.pem' }, basic(), 'certificate'],
    ['a file that is not there', { ...tls, ca: 'none.pem' }, basic(), 'the file none.pem cannot be read'],
    ['the wrong password', tls, basic('TOKEN'), '401'],
    ['no password', tls, basic('NOT_SET'), 'NOT_SET is not set'],
  ])('is no data with %s', async (_, files, login, why) => {
    const reading = await one({ url: secured, tls: files, login });
    expect(reading).toMatchObject({ ok: false, noData: { detail: expect.stringContaining(why) } });
  });
});

describe.skipIf(!real)('a Prometheus behind nginx', () => {
  const bearer = (tokenFrom = 'TOKEN') => ({ kind: 'bearer' as const, tokenFrom });
  const headers = { 'X-Scope-OrgID': 'shop' };

  it('is read with its token and tenant, below its prefix', async () => {
    expect(await one({ url: `${nginx}/metrics/prom`, login: bearer(), headers })).toEqual({ ok: true, value: 1 });
  });

  it.each([
    ['an expired token', '/metrics/prom', 'STALE', headers, '401'],
    ['another tenant', '/metrics/prom', 'TOKEN', { 'X-Scope-OrgID': 'other' }, '403'],
    ['another prefix', '/elsewhere', 'TOKEN', headers, '404'],
    ['a login page', '/page', 'TOKEN', headers, 'web page'],
    ['a redirect to one', '/moved', 'TOKEN', headers, '302'],
  ])('is no data with %s', async (_, path, token, sent, why) => {
    const reading = await one({ url: `${nginx}${path}`, login: bearer(token), headers: sent });
    expect(reading).toMatchObject({ ok: false, noData: { detail: expect.stringContaining(why) } });
  });
});
