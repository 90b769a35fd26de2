import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newestInCache } from '../cluster/assets.ts';
import { freePorts } from '../cluster/free-ports.ts';
import { startProgram } from '../cluster/process.ts';
import { waitFor } from '../cluster/wait.ts';

/** A registry on loopback with images that are signed and attested by a real cosign; `signer` and `stranger` have a key each. */
export interface Registry {
  /** Folder of cosign and crane. */
  readonly tools: string;
  /** Its host and port. */
  readonly host: string;
  /** Public key in PEM. */
  readonly keys: Readonly<Record<Person, string>>;
  /** Pushes an image and gives `host/name:tag@sha256:…`. */
  push(name: string, content: string): string;
  sign(image: string, who: Person, ...flags: readonly string[]): void;
  /** Attaches SLSA provenance that names a commit. */
  attest(
    image: string,
    who: Person,
    commit: string,
    options?: { readonly slsa?: '0.2' | '1'; readonly flags?: readonly string[] },
  ): void;
  /** Every Sigstore bundle that is attached to an image, one a line. */
  bundles(image: string): string;
  stop(): Promise<void>;
}

type Person = 'signer' | 'stranger';

/** Nothing leaves this machine: no transparency log, no certificate authority. */
const ALONE = ['--yes', '--tlog-upload=false', '--use-signing-config=false'];

/** Starts a registry. Errors: Error that says how to get cosign. */
export async function startRegistry(): Promise<Registry> {
  const tools = newestInCache('cosign', ['cosign', 'crane'], 'scripts/setup-cosign.sh');
  const folder = mkdtempSync(join(tmpdir(), 'relctl-registry-'));
  const [port = 0] = await freePorts(1);
  const host = `127.0.0.1:${port}`;
  mkdirSync(join(folder, 'images'));
  const args = ['registry', 'serve', '--address', host, '--disk', join(folder, 'images')];
  const running = await startProgram(join(tools, 'crane'), args, { log: join(folder, 'registry.log') });
  await waitFor(async () => (await fetch(`http://${host}/v2/`)).ok, { what: 'registry', programs: [running] });
  const env = { ...process.env, COSIGN_PASSWORD: 'of-the-test', HOME: folder };
  const run = (program: string, ...given: readonly string[]) =>
    execFileSync(join(tools, program), given, {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const keyOf = (who: Person) => {
    run('cosign', 'generate-key-pair', '--output-key-prefix', who);
    return execFileSync('cat', [join(folder, `${who}.pub`)], { encoding: 'utf8' });
  };
  return {
    tools,
    host,
    keys: { signer: keyOf('signer'), stranger: keyOf('stranger') },
    push(name, content) {
      writeFileSync(join(folder, 'content'), content);
      execFileSync('tar', ['--mtime=@0', '-cf', join(folder, 'layer.tar'), '-C', folder, 'content']);
      const pushed = run('crane', 'append', '-f', join(folder, 'layer.tar'), '-t', `${host}/${name}`);
      const digest = /@(sha256:[0-9a-f]{64})/.exec(pushed)?.[1];
      return `${host}/${name}@${digest}`;
    },
    sign(image, who, ...flags) {
      run('cosign', 'sign', ...ALONE, '--key', `${who}.key`, ...flags, image);
    },
    attest(image, who, commit, { slsa = '1', flags = [] } = {}) {
      const uri = 'git+https://github.com/acme/shop@refs/heads/main';
      const predicate =
        slsa === '1'
          ? {
              buildDefinition: {
                buildType: 'https://example.com/build',
                externalParameters: {},
                resolvedDependencies: [{ uri, digest: { gitCommit: commit } }],
              },
              runDetails: { builder: { id: 'https://example.com/ci' } },
            }
          : {
              builder: { id: 'https://example.com/ci' },
              buildType: 'https://example.com/build',
              materials: [{ uri, digest: { sha1: commit } }],
            };
      writeFileSync(join(folder, 'predicate.json'), JSON.stringify(predicate));
      const type = slsa === '1' ? 'slsaprovenance1' : 'slsaprovenance02';
      run(
        'cosign',
        'attest',
        ...ALONE,
        '--key',
        `${who}.key`,
        '--type',
        type,
        '--predicate',
        'predicate.json',
        ...flags,
        image,
      );
    },
    bundles: (image) => run('cosign', 'download', 'attestation', image),
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
