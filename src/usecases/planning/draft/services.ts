import { saysReplicas } from '../../../domain/kubernetes/manifests.ts';
import { TO_BE_WRITTEN } from '../../../domain/plan-rules/plan-check.ts';
import { RelctlError } from '../../../errors.ts';
import type { Impact, Seen } from '../../../evidence/impact/findings.ts';
import type { ReleaseService } from '../../../plan/spec.ts';
import { command } from '../../../text/command-line.ts';
import type { Context } from '../../release/context.ts';
import type { Manifests, ServiceManifests } from '../facts/manifests.ts';
import { type Commits, toldChange } from './told-change.ts';

/** A service of the draft with where it was seen. */
export interface DraftedService {
  readonly service: ReleaseService;
  readonly seen: Seen | undefined;
  /** Why it ships, and where its image comes from. */
  readonly note: string;
  /** Pods in production, where the manifests say it. */
  readonly replicas: number | undefined;
  /** What runs it, and whether a Service sends its pods requests, where the manifests say it. */
  readonly kind?: string | undefined;
  readonly served?: boolean | undefined;
  /** True where something else decides how many pods there are. */
  readonly isScaled?: boolean;
  /** True where its manifest does not say how many there are. */
  readonly isUnsaid?: boolean;
}

const IMAGE = /^[a-zA-Z0-9][\w.\-/:]*(@sha256:[0-9a-f]{64})?$/;

/**
 * The images that flags name, by service.
 * @throws RelctlError `usage.bad-flag`, `config.unknown-service`
 */
export function imagesOf(context: Pick<Context, 'config'>, images: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    images.map((text) => {
      const cut = text.indexOf('=');
      const [name, image] = [text.slice(0, Math.max(0, cut)), text.slice(cut + 1)];
      if (cut < 1 || !IMAGE.test(image)) {
        throw new RelctlError('usage.bad-flag', `--image is "${text}", which is not <service>=<image>`, {
          why: 'The image of a service is what is staged, canaried and rolled out.',
          hints: ['--image web=registry.example.com/shop/web:4.2.0'],
        });
      }
      requireService(context, name);
      return [name, image] as const;
    }),
  );
}

function requireService({ config }: Pick<Context, 'config'>, name: string): void {
  if (Object.hasOwn(config.services, name)) return;
  const known = Object.keys(config.services);
  throw new RelctlError('config.unknown-service', `relctl.yaml defines no service "${name}"`, {
    place: { file: 'relctl.yaml' },
    why: 'relctl does not know which manifests belong to it.',
    hints: [`services: ${known.join(', ') || '(none)'}`, `or define ${name} in relctl.yaml`],
  });
}

/**
 * The services that the release ships: those that the difference affects and those that are named with an image.
 * @throws RelctlError `candidate.no-services`, `usage.missing-answer` for an image that no manifest says
 */
export async function draftServices(
  context: Pick<Context, 'config' | 'prompter'>,
  impact: Impact,
  manifestsAt: Manifests,
  images: ReadonlyMap<string, string>,
  commits: Commits = [],
): Promise<readonly DraftedService[]> {
  const affected = new Map(impact.services.map((service) => [service.name, service]));
  const names = [...new Set([...affected.keys(), ...images.keys()])];
  if (names.length === 0) throw noServices(context, impact);
  await refuseUnknownImages(context, names, images, manifestsAt);
  const drafted: DraftedService[] = [];
  for (const name of names) {
    const found = affected.get(name);
    const manifests = await manifestsAt.of('production', name);
    const named = images.get(name);
    const image = named ?? usableImage(manifests.image) ?? (await imageAnswer(context, name, manifests));
    const because =
      found === undefined
        ? 'named with --image'
        : { direct: 'its own code changes', shared: `built from ${found.through}`, manifest: 'its manifests change' }[
            found.because
          ];
    const isOwn = found?.because === 'direct' || found?.because === 'manifest';
    const told = isOwn ? toldChange(commits, found.files) : undefined;
    const source = named === undefined && usableImage(manifests.image) ? '; its image is that of production' : '';
    drafted.push({
      service: { name, image, change: told ?? changeOf(found?.because, found?.through) },
      seen: found?.seen,
      note: `${because}${source}${told === undefined ? '' : '; check what is written as its change: it is taken from the commits'}`,
      replicas: manifests.replicas,
      kind: manifests.workload?.kind,
      served: manifests.served,
      isScaled: manifests.objects.some(({ kind }) => kind === 'HorizontalPodAutoscaler'),
      isUnsaid: manifests.workload !== undefined && !saysReplicas(manifests.workload),
    });
  }
  return drafted;
}

/** Where nobody can be asked, all images that are missing are named at once, in one command to go on with. */
async function refuseUnknownImages(
  { prompter, config }: Pick<Context, 'prompter' | 'config'>,
  names: readonly string[],
  images: ReadonlyMap<string, string>,
  manifestsAt: Manifests,
): Promise<void> {
  if (prompter.interactive) return;
  const unknown: { readonly name: string; readonly problem: string | undefined; readonly fix: string | undefined }[] =
    [];
  for (const name of names) {
    const isDeployed = config.manifests !== undefined || config.services[name]?.manifests !== undefined;
    const { image, problem, fix, isUnrendered } = await manifestsAt.of('production', name);
    if (isDeployed && isUnrendered !== true && !images.has(name) && usableImage(image) === undefined)
      unknown.push({ name, problem, fix });
  }
  if (unknown.length === 0) return;
  const flags = unknown.map(({ name }) => command`--image ${name}="<image>"`).join(' ');
  throw new RelctlError('usage.missing-answer', `no manifest says which image to ship: ${flags} is missing`, {
    why: 'What is approved and deployed is an exact image.',
    hints: [
      // Manifests that nobody could read say the image once they can be read; naming it does not mend them.
      ...(unknown.every(({ problem }) => problem !== undefined)
        ? [...new Set(unknown.flatMap(({ fix }) => fix ?? []))]
        : []),
      flags,
      ...unknown.map(
        ({ name, problem }) => `${name}: ${problem ?? 'its production manifest names no image with a tag or digest'}`,
      ),
    ],
    data: { flag: flags, services: unknown.map(({ name }) => name) },
  });
}

function usableImage(image: string | undefined): string | undefined {
  return image !== undefined && IMAGE.test(image) ? image : undefined;
}

function changeOf(because: Impact['services'][number]['because'] | undefined, through: string | undefined): string {
  if (because === 'manifest') return 'Only how it is deployed changes';
  if (because === 'shared') return `Built anew with ${through ?? 'shared code'}`;
  return `${TO_BE_WRITTEN}: what changes in it, in one line`;
}

/**
 * Asks for an image that no manifest says. Where nobody can be asked, a service without manifests, or whose manifests cannot be rendered, is planned
 * all the same: the plan says what is missing.
 */
async function imageAnswer(
  context: Pick<Context, 'prompter' | 'config'>,
  name: string,
  { problem, isUnrendered }: Pick<ServiceManifests, 'problem' | 'isUnrendered'>,
): Promise<string> {
  const { prompter, config } = context;
  const isUndeployed = config.manifests === undefined && config.services[name]?.manifests === undefined;
  if ((isUndeployed || isUnrendered === true) && !prompter.interactive)
    return `${TO_BE_WRITTEN}: the image of ${name}, such as registry.example.com/shop/${name}:1.0.0`;
  return askImage(context, name, problem);
}

async function askImage(
  { prompter }: Pick<Context, 'prompter'>,
  name: string,
  problem: string | undefined,
): Promise<string> {
  const answer = await prompter.text({
    message: `Which image does ${name} ship?${problem === undefined ? '' : ` (${problem})`}`,
    flag: command`--image ${name}="<image>"`,
    validate: (text) => IMAGE.test(text.trim()) || 'an image such as registry.example.com/shop/web:4.2.0',
  });
  return answer.trim();
}

function noServices({ config }: Pick<Context, 'config'>, impact: Impact): RelctlError {
  const untouched = impact.untouchedServices;
  const files = impact.unmappedFiles;
  const known = Object.keys(config.services);
  const what =
    untouched.length > 0
      ? `only tests and documents of ${untouched.join(', ')} change`
      : files.length > 0
        ? `${known.length === 0 ? 'relctl.yaml defines no service, and these files change' : 'the changed files belong to no service of relctl.yaml'}: ${files.slice(0, 3).join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''}`
        : 'nothing changes between base and candidate';
  return new RelctlError('candidate.no-services', `no service is affected: ${what}`, {
    why: 'A release ships at least one service.',
    hints:
      known.length === 0
        ? ['relctl init', 'names the services that it finds; define them in relctl.yaml, under services']
        : [
            'correct the paths of the services in relctl.yaml, then give the command again',
            `or say what ships all the same, with --image <service>=<image>, of: ${known.join(', ')}`,
          ],
    data: { untouchedServices: untouched, unmappedFiles: files },
  });
}
