import { expect, test } from 'vitest';
import { readImpact } from '../../../../../src/evidence/impact/read-impact.ts';

const deployment = (name: string, image: string, env: Readonly<Record<string, string>>): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: ${name}\n          image: ${image}\n          env:\n${Object.entries(
    env,
  )
    .map(([key, value]) => `            - name: ${key}\n              value: "${value}"\n`)
    .join('')}`;

/** Variables of a release that only changes one file. */
async function found(path: string, before: string, after: string): Promise<string[]> {
  const { environmentVariables } = await readImpact({
    diff: `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-OLD\n+NEW\n`,
    filesAtHead: [path],
    read: async (side) => new Map([[path, side === 'base' ? before : after]]),
    config: {
      services: {
        api: { paths: ['api/**'], manifests: { staging: [path], production: [path] }, dependsOn: [] } as never,
      },
      shared: [],
    },
  });
  return environmentVariables.map((one) => `${one.change} ${one.name}${one.buildTime ? ' (build)' : ''}`);
}

test('what other people’s programs are given in a rendered manifest is no variable of the product', async () => {
  const rendered = (version: string) =>
    [
      deployment('api', `r.example.com/api:${version}`, { API_MODE: version }),
      deployment('api-worker', `r.example.com/api:${version}`, { WORKER_MODE: version }),
      // It is called otherwise and runs the same image.
      deployment('nightly', `r.example.com/api:${version}`, { NIGHT_MODE: version }),
      deployment('dashboards', 'grafana/grafana:12', { GF_MODE: version }),
      deployment('gate', 'quay.example.com/someone/gate:1', { GATE_MODE: version }),
    ].join('---\n');
  expect(await found('k8s/all.yaml', rendered('1'), rendered('2'))).toEqual([
    'changed API_MODE',
    'changed NIGHT_MODE',
    'changed WORKER_MODE',
  ]);
});

test('a manifest that names no service of the product is read as it is, but for databases and the like', async () => {
  const rendered = (version: string) =>
    [
      deployment('other', 'r.example.com/other:1', { MODE: version }),
      deployment('db', 'postgres:17', { PGMODE: version }),
    ].join('---\n');
  expect(await found('k8s/all.yaml', rendered('1'), rendered('2'))).toEqual(['changed MODE']);
});

test('images, Dockerfiles and versions that a .env file pins are known while something is built, and no later', async () => {
  const env = (n: string) =>
    `FLAGD_IMAGE=ghcr.io/x/flagd:v0.12.${n}\nIMAGE_VERSION=2.${n}.0\nJAVA_AGENT_VERSION=2.2${n}.1\nAD_DOCKERFILE=./src/ad${n}/Dockerfile\nMODE=${n}\nAPI_VERSION=v${n}\n`;
  expect(await found('.env', env('1'), env('2'))).toEqual([
    'changed AD_DOCKERFILE (build)',
    'changed API_VERSION',
    'changed FLAGD_IMAGE (build)',
    'changed IMAGE_VERSION (build)',
    'changed JAVA_AGENT_VERSION (build)',
    'changed MODE',
  ]);
});

test.each([
  [
    'config.go',
    'package c\nfunc parse(envKey string, fallback int) int {\n\tif s := os.Getenv(envKey); s != "" {\n\t\treturn 1\n\t}\n\treturn fallback\n}\n',
    'var timeout = parse("READ_TIMEOUT", 5)\n',
  ],
  [
    'a.py',
    'import os\ndef flag(name, default=False):\n    return os.environ.get(name) or default\n',
    'X = flag("READ_TIMEOUT")\n',
  ],
  [
    'a.ts',
    'const must = (name: string) => {\n  return process.env[name];\n};\n',
    'export const x = must("READ_TIMEOUT");\n',
  ],
])('%s: a function that hands its argument to the environment reads what it is given', async (path, before, more) => {
  expect(await found(path, before, `${before}${more}`)).toEqual(['added READ_TIMEOUT']);
  expect(await found(path, 'x\n', `x\n${more}`)).toEqual([]);
});

test('a version that an image is built with is no setting of what runs in it', async () => {
  const image = (n: string) => `FROM x\nENV GOLANG_VERSION=1.26.${n}\nENV MODE=${n}\n`;
  expect(await found('Dockerfile', image('1'), image('2'))).toEqual(['changed GOLANG_VERSION (build)', 'changed MODE']);
});

test('values for a chart that another one bundles are those of the service that it is called after', async () => {
  const path = 'api/chart/values.yaml';
  const values = (more: string) =>
    `web:\n  app:\n    envs:\n      SHOP: "x"\n${more === '' ? '' : '      WEB_KEY: change-me\n'}api:\n  env:\n    SHOP: "x"\n${more === '' ? '' : '    API_MODE: a\n'}common:\n  env:\n    SHOP: "x"\n${more === '' ? '' : '    BOTH: a\n'}`;
  const service = (paths: string) => ({ paths: [paths], dependsOn: [] }) as never;
  const { environmentVariables } = await readImpact({
    diff: `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-OLD\n+NEW\n`,
    filesAtHead: [path],
    read: async (side) => new Map([[path, values(side === 'base' ? '' : 'more')]]),
    config: { services: { api: service('api/**'), web: service('web/**') }, shared: [] },
  });
  expect(environmentVariables.map((one) => `${one.name} of ${one.services}`)).toEqual([
    'API_MODE of api',
    'BOTH of api',
    'WEB_KEY of web',
  ]);
});
