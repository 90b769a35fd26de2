// The small product that the demo releases: three services with manifests, a feature branch, and a flawed one.

/** People of the demo company, by role. */
export const PEOPLE = {
  productManager: 'priya@example.com',
  rdLead: 'ravi@example.com',
  operations: ['olga@example.com', 'omar@example.com'],
  qa: ['quinn@example.com'],
  cab: ['carol@example.com', 'chen@example.com', 'carlos@example.com'],
  informed: ['marketing'],
};

const SERVICES = { web: 12, api: 12, payments: 10 };

function manifest(service, environment, version, extra = '') {
  const replicas = environment === 'production' ? SERVICES[service] : 1;
  const host = environment === 'production' ? 'example.com' : 'staging.example.com';
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${service}
data:
  PUBLIC_HOST: ${host}
---
apiVersion: v1
kind: Service
metadata:
  name: ${service}
spec:
  selector:
    app.kubernetes.io/name: ${service}
    track: stable
  ports:
    - port: 80
      targetPort: 8080
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: ${service}
spec:
  parentRefs:
    - name: public
  hostnames:
    - ${service}.${host}
  rules:
    - backendRefs:
        - name: ${service}
          port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${service}
  labels:
    app.kubernetes.io/name: ${service}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: ${service}
      track: stable
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${service}
        track: stable
    spec:
      containers:
        - name: ${service}
          image: registry.example.com/shop/${service}:${version}
          ports:
            - containerPort: 8080
          readinessProbe:
            httpGet:
              path: /healthz
              port: 8080
          lifecycle:
            preStop:
              sleep:
                seconds: 5
          envFrom:
            - configMapRef:
                name: ${service}
${extra}`;
}

const SOURCES = {
  web: `import { createServer } from 'node:http';

const api = process.env.API_URL ?? 'http://api';

createServer(async (_request, response) => {
  const cart = await fetch(\`\${api}/cart\`);
  response.end(await cart.text());
}).listen(8080);
`,
  api: `import { createServer } from 'node:http';

createServer((request, response) => {
  response.end(request.url === '/cart' ? '{"items":[]}' : '{}');
}).listen(8080);
`,
  payments: `import { createServer } from 'node:http';

const provider = process.env.PAYMENT_PROVIDER_URL;

createServer((_request, response) => response.end(provider)).listen(8080);
`,
};

/** What production runs: version 4.1.0. */
export function baseFiles() {
  const files = { 'README.md': '# The Nexacore shop\n\nThree services: web, api, payments.\n' };
  for (const service of Object.keys(SERVICES)) {
    files[`services/${service}/src/server.ts`] = SOURCES[service];
    files[`services/${service}/Dockerfile`] = 'FROM node:24-alpine\nCOPY src ./src\nCMD ["node", "src/server.ts"]\n';
    for (const environment of ['staging', 'production']) {
      files[`deploy/${environment}/${service}.yaml`] = manifest(service, environment, '4.1.0');
    }
  }
  return files;
}

const WALLET_ENV = `          env:
            - name: WALLET_API_KEY
              valueFrom:
                secretKeyRef:
                  name: wallet
                  key: WALLET_API_KEY
`;

/** The feature: a wallet at the checkout, in two services, with a secret, a table and an alert. */
export function walletFiles(version) {
  const files = {
    'services/web/src/wallet.ts': `export const walletButton = '<button>Pay with your wallet</button>';\n`,
    'services/api/src/wallet.ts': `const key = process.env.WALLET_API_KEY;
if (key === undefined) throw new Error('WALLET_API_KEY is not set');

/** Charges a wallet. */
export async function charge(wallet: string, cents: number): Promise<boolean> {
  const answer = await fetch('https://wallet.example/charge', {
    method: 'POST',
    headers: { authorization: \`Bearer \${key}\` },
    body: JSON.stringify({ wallet, cents }),
  });
  return answer.ok;
}
`,
    'services/api/migrations/20261102090000_wallet.up.sql':
      'CREATE TABLE wallet_charge (id uuid PRIMARY KEY, wallet text NOT NULL, cents integer NOT NULL);\n',
    'services/api/migrations/20261102090000_wallet.down.sql': 'DROP TABLE wallet_charge;\n',
    'deploy/alerts/wallet.rules.yaml': `groups:
  - name: wallet
    rules:
      - alert: WalletChargesFailing
        expr: sum(rate(wallet_charges_total{result="failed"}[5m])) / sum(rate(wallet_charges_total[5m])) > 0.05
        for: 5m
        labels:
          severity: critical
          service: api
`,
  };
  for (const environment of ['staging', 'production']) {
    files[`deploy/${environment}/web.yaml`] = manifest('web', environment, version);
    files[`deploy/${environment}/api.yaml`] = manifest('api', environment, version, WALLET_ENV);
  }
  return files;
}
