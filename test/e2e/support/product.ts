import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How the small product of the end-to-end tests is laid out; every test makes its own git repository of it. */
export interface Product {
  readonly root: string;
  /** Of version 1.0.0. */
  readonly commit: string;
  /** Commits files on a branch made from main, and gives the commit. */
  candidate(branch: string, files: Readonly<Record<string, string>>): string;
  write(path: string, text: string): void;
}

/** Replicas of `web` in production: one canary pod beside nine is 10% of the requests. */
export const STABLE_REPLICAS = 9;

/** Makes the repository: version 1.0.0 of `web`, on main. */
export function makeProduct(
  root: string,
  files: Readonly<Record<string, string>>,
  replicas = STABLE_REPLICAS,
): Product {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  git('init', '-q', '-b', 'main');
  git('config', 'user.email', 'ravi@example.com');
  git('config', 'user.name', 'Ravi');
  for (const [path, text] of Object.entries({
    ...manifests('1.0.0', 'hello', replicas),
    '.gitignore': '.relctl/\n',
    ...files,
  }))
    write(path, text);
  git('add', '-A');
  git('commit', '-qm', 'Version 1.0.0');
  git('tag', 'v1.0.0');
  return {
    root,
    commit: git('rev-parse', 'HEAD'),
    write,
    candidate(branch, changes) {
      git('checkout', '-q', '-b', branch, 'v1.0.0');
      for (const [path, text] of Object.entries(changes)) write(path, text);
      git('add', '-A', 'deploy');
      git('commit', '-qm', `Candidate ${branch}`);
      const commit = git('rev-parse', 'HEAD');
      git('checkout', '-q', 'main');
      return commit;
    },
  };
}

/** Manifests of a version, for staging and production. */
export function manifests(version: string, greeting = 'hello', replicas = STABLE_REPLICAS): Record<string, string> {
  return {
    'deploy/staging/web.yaml': manifest(version, 1, greeting),
    'deploy/production/web.yaml': manifest(version, replicas, greeting),
  };
}

function manifest(version: string, replicas: number, greeting: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  GREETING: ${greeting}
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app.kubernetes.io/name: web
  ports:
    - port: 80
      targetPort: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: web-stable
spec:
  selector:
    app.kubernetes.io/name: web
    track: stable
  ports:
    - port: 80
      targetPort: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: web
      track: stable
  template:
    metadata:
      labels:
        app.kubernetes.io/name: web
        track: stable
    spec:
      containers:
        - name: web
          image: registry.example/web:${version}
          ports:
            - containerPort: 8080
          envFrom:
            - configMapRef:
                name: web
          readinessProbe:
            httpGet:
              path: /healthz
              port: 8080
            periodSeconds: 1
`;
}
