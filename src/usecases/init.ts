import type { Block, NextAction, Outcome } from '../domain/outcome/outcome.ts';
import { RelctlError } from '../errors.ts';
import { baseName } from '../evidence/impact/paths.ts';
import { namespacesIn } from '../evidence/kubernetes-objects.ts';
import { type Discovery, discoverServices } from '../evidence/service-discovery/discover.ts';
import { kustomizeFolder } from '../evidence/service-discovery/kustomizations.ts';
import { sourceSettings } from '../plan/source-settings.ts';
import type { FoundObserver } from '../ports/environments.ts';
import type { OwnPackage } from '../ports/own-package.ts';
import type { Prompter } from '../ports/prompter.ts';
import type { CandidateRepository } from '../ports/repository.ts';
import type { Workspace } from '../ports/workspace.ts';
import { command } from '../text/command-line.ts';
import { plural } from '../text/plural.ts';
import type { GitOpsProposal } from './gitops/propose.ts';
import { CONFIG_FILE, loadConfig } from './release/settings.ts';
import { keptAnswers, type SetupAnswers, setupAnswers } from './setup/answers.ts';
import { chartAnswer, otherCharts } from './setup/chart.ts';
import { type ConfigDraft, draftConfig, type FoundObservers, type Namespaces } from './setup/config-draft.ts';
import { type SetupFile, setUpFiles } from './setup/files.ts';
import type { InitOptions } from './setup/options.ts';

/** What `init` works with: there is no relctl.yaml yet. */
export interface InitGround {
  readonly repository: CandidateRepository;
  readonly workspace: Workspace;
  readonly prompter: Prompter;
  /** The relctl that CI shall run; where it is left out no workflow is written. */
  readonly ownPackage?: OwnPackage;
  /** Time zone of the machine, to be proposed. */
  readonly localTimeZone: string;
  /** What observes the cluster of a kubectl context; nothing where it cannot be asked. */
  observersOf(context: string, namespace: string): Promise<readonly FoundObserver[]>;
  /** What keeps the workloads of a namespace, by commits; nothing where it cannot be asked. */
  keptIn?(context: string, namespace: string): Promise<GitOpsProposal | undefined>;
}

/**
 * Sets up a repository: finds the services at HEAD and writes relctl.yaml, the process policy, CI and how git keeps the records.
 * Nothing that exists is overwritten.
 * @throws RelctlError `repo.no-such-commit` for a repository without a commit, `usage.*`, `answer.interrupted`
 */
export async function init(ground: InitGround, options: InitOptions): Promise<Outcome> {
  const { repository, workspace, prompter } = ground;
  const head = await headOf(repository);
  const files = await repository.filesAt(head);
  const discover = (chart?: string) =>
    discoverServices({
      files,
      name: baseName(repository.root),
      chart,
      read: (paths) => repository.readFiles(head, paths),
    });
  const found = await discover();
  const known = (await workspace.read(CONFIG_FILE)) === undefined ? undefined : await loadConfig(workspace);
  const chart = known === undefined ? await chartAnswer(prompter, options.chart, found.charts) : undefined;
  const discovery = chart === undefined ? found : await discover(chart);
  const answers =
    known === undefined
      ? await setupAnswers(prompter, options, {
          actor: await repository.userEmail(),
          timeZone: ground.localTimeZone,
          namespace: await namespaceOf(repository, head, discovery),
        })
      : keptAnswers(known);
  const draft = draftConfig(
    answers,
    discovery,
    known === undefined ? await observers(ground, answers) : {},
    known === undefined ? await keeper(ground, answers) : undefined,
    options.namespace === undefined ? overlayNamespaces(discovery) : {},
  );
  const written = await setUpFiles(
    workspace,
    draft.text,
    files,
    ground.ownPackage,
    options.dryRun,
    baseName(repository.root),
    answers.platform === 'kubernetes',
  );
  const isNew = known === undefined;
  return {
    result: 'done',
    headline: headline(options, written, isNew ? draft.services : Object.keys(known.services)),
    blocks: [
      filesBlock(written),
      ...servicesBlocks(discovery, isNew ? draft : { ...draft, leftOut: [] }),
      ...(isNew ? otherCharts(prompter, chart, found.charts) : []),
      ...(isNew ? fillBlocks(draft, options) : newcomers(discovery, Object.keys(known.services))),
      ...(isNew ? (answers.platform === 'sandbox' ? [playing(answers)] : []) : unused(options, known.platform)),
      { kind: 'next', actions: nextOf(answers.platform, options, written, isNew ? draft : undefined) },
    ],
    data: {
      platform: answers.platform,
      dryRun: options.dryRun,
      files: written,
      services: discovery.services,
      shared: discovery.shared,
      notes: discovery.notes,
      toFill: isNew ? draft.toFill : [],
      leftOut: draft.leftOut,
    },
  };
}

/** What was found in the clusters of real environments, which is asked through kubectl. */
async function observers(ground: InitGround, answers: SetupAnswers): Promise<FoundObservers> {
  if (answers.platform === 'sandbox') return {};
  const { stagingContext, productionContext, namespace = 'default' } = answers;
  const look = async (context: string | undefined) =>
    context === undefined ? [] : ground.observersOf(context, namespace);
  const [staging, production] = await Promise.all([look(stagingContext), look(productionContext)]);
  return { staging, production };
}

/** What keeps production by commits; asked through kubectl. */
async function keeper(ground: InitGround, answers: SetupAnswers): Promise<GitOpsProposal | undefined> {
  const { platform, productionContext, namespace = 'default' } = answers;
  if (platform === 'sandbox' || productionContext === undefined) return undefined;
  return ground.keptIn?.(productionContext, namespace);
}

async function headOf(repository: CandidateRepository): Promise<string> {
  try {
    return await repository.resolve('HEAD');
  } catch (error) {
    if (!(error instanceof RelctlError) || error.code !== 'repo.no-such-commit') throw error;
    throw new RelctlError('repo.no-commit', 'this repository has no commit yet', {
      why: 'Services are found in committed files, because a release ships exact commits.',
      hints: ['git add --all && git commit --allow-empty -m "First commit"', 'then give this command again'],
      cause: error,
    });
  }
}

/** The namespace that the manifests for production name, if they agree on one. */
async function namespaceOf(
  repository: CandidateRepository,
  head: string,
  { services }: Discovery,
): Promise<string | undefined> {
  const texts = await repository.readFiles(head, [...new Set(services.flatMap((one) => one.manifests.production))]);
  const named = [...texts].flatMap(([file, text]) => namespacesIn(text, file));
  const [first, ...others] = new Set(named);
  return others.length === 0 ? first : undefined;
}

/** The namespace that the overlays of an environment put everything into, if they agree on one. A chart beside them goes wherever it is told. */
function overlayNamespaces({ services }: Discovery): Namespaces {
  const of = (environment: 'staging' | 'production') => {
    const overlays = services.flatMap(({ rendered }) =>
      rendered !== undefined && kustomizeFolder(rendered[environment]) !== undefined ? [rendered] : [],
    );
    const named = new Set(overlays.map(({ namespaces }) => namespaces?.[environment]));
    const [first] = named;
    return named.size === 1 && first !== undefined ? { [environment]: first } : {};
  };
  return { ...of('staging'), ...of('production') };
}

function headline({ dryRun }: InitOptions, files: readonly SetupFile[], services: readonly string[]): string {
  const changed = files.filter((file) => file.state !== 'kept').length;
  const count = `${plural(services.length, 'service')}`;
  if (changed === 0) return `relctl is already set up here, with ${count}`;
  return dryRun ? `${changed} files would be written, with ${count}` : `relctl is set up, with ${count}`;
}

function filesBlock(files: readonly SetupFile[]): Block {
  return {
    kind: 'table',
    columns: ['file', 'state', 'purpose'],
    rows: files.map(({ path, state, about }) => [path, state, about]),
  };
}

function servicesBlocks(discovery: Discovery, draft: ConfigDraft): readonly Block[] {
  if (discovery.services.length === 0) {
    return [
      {
        kind: 'checks',
        checks: [
          {
            state: 'warning',
            text: 'no service was found',
            detail: `no Deployment in a manifest, no Dockerfile, no compose file, no Helm chart at HEAD; define services in ${CONFIG_FILE} by hand`,
          },
        ],
      },
    ];
  }
  return [
    { kind: 'heading', text: 'Found' },
    {
      kind: 'table',
      columns: ['service', 'paths', 'production manifests', 'found by'],
      rows: discovery.services.map((one) => [
        one.name,
        one.paths.join(', ') || (draft.services.includes(one.name) ? 'its manifests' : ''),
        one.rendered === undefined
          ? one.manifests.production.join(', ') || 'none'
          : (sourceSettings(one.rendered.production).paths[0] ?? 'rendered'),
        one.because.slice(0, 2).join(', '),
      ]),
    },
    ...(discovery.shared.length === 0
      ? []
      : [
          {
            kind: 'facts' as const,
            facts: discovery.shared.map((one) => [`shared ${one.name}`, `used by ${one.usedBy.join(', ')}`] as const),
          },
        ]),
    ...(draft.leftOut.length === 0
      ? []
      : [
          {
            kind: 'checks' as const,
            checks: draft.leftOut.map(({ name, why }) => ({
              state: 'warning' as const,
              text: `${name} is not in ${CONFIG_FILE} yet`,
              detail: why,
            })),
          },
        ]),
  ];
}

/** What is left to fill in, and where: in the file once it is written; until then a flag answers it too. */
function fillBlocks({ toFill }: ConfigDraft, { dryRun }: InitOptions): readonly Block[] {
  return toFill.length === 0
    ? []
    : [
        { kind: 'heading', text: 'For you to fill in' },
        {
          kind: 'checks',
          checks: toFill.map(({ path, line, what, flag }) => ({
            state: 'pending' as const,
            text: `${CONFIG_FILE}:${line} ${path}`,
            detail: dryRun && flag !== undefined ? `${what}: ${flag}` : what,
          })),
        },
      ];
}

/** In the sandbox one person gives the commands of everybody. */
function playing({ team }: SetupAnswers): Block {
  const [somebody = 'cab-1@example.com'] = team.cab;
  const say = command`--as ${somebody}`;
  return {
    kind: 'text',
    text: `In the sandbox you give the commands of everybody in the team of ${CONFIG_FILE}; ${say} gives one in the name of that person.`,
  };
}

/** Flags that would have filled a new relctl.yaml, and change nothing in the one that is there. */
function unused(options: InitOptions, platform: string): readonly Block[] {
  const { owners } = options;
  const given = [
    ['--platform', options.platform !== undefined && options.platform !== platform],
    ['--chart', options.chart !== undefined],
    ['--time-zone', options.timeZone !== undefined],
    ['--namespace', options.namespace !== undefined],
    ['--staging-context', options.stagingContext !== undefined],
    ['--production-context', options.productionContext !== undefined],
    ['--product-manager', owners.productManager !== undefined],
    ['--rd-lead', owners.rdLead !== undefined],
    ...(['operations', 'qa', 'cab', 'informed'] as const).map(
      (role) => [`--${role}`, owners[role].length > 0] as const,
    ),
  ] as const;
  const flags = given.flatMap(([flag, isGiven]) => (isGiven ? [flag] : []));
  if (flags.length === 0) return [];
  const text = `${CONFIG_FILE} was there and is kept as it is (platform: ${platform}): ${flags.join(', ')} changed nothing in it`;
  return [{ kind: 'checks', checks: [{ state: 'warning', text, detail: 'write it there by hand' }] }];
}

/** Services that were found and that an existing relctl.yaml does not know. */
function newcomers(discovery: Discovery, known: readonly string[]): readonly Block[] {
  const missing = discovery.services.filter((one) => !known.includes(one.name));
  return missing.length === 0
    ? []
    : [
        {
          kind: 'checks',
          checks: missing.map(({ name, because }) => ({
            state: 'warning' as const,
            text: `${name} was found (${because[0] ?? 'by its manifests'}) and is not in ${CONFIG_FILE}`,
            detail: 'define it there if it is released from here',
          })),
        },
      ];
}

function nextOf(
  platform: string,
  { dryRun }: InitOptions,
  files: readonly SetupFile[],
  draft: ConfigDraft | undefined,
): readonly NextAction[] {
  const who = 'you';
  if (dryRun) return [{ who, command: command`relctl init --platform ${platform}`, why: 'writes them' }];
  const changed = files.filter((file) => file.state !== 'kept').map((file) => file.path);
  return [
    ...(draft !== undefined && draft.toFill.length > 0
      ? [{ who, command: `\${EDITOR:-vi} ${CONFIG_FILE}`, why: 'fill in what is missing' }]
      : []),
    ...(changed.length === 0
      ? []
      : [
          {
            who,
            command: command`git add --force ${changed} && git commit -m "Set up relctl"`,
            why: 'share it with the others',
          },
        ]),
    ...(platform === 'kubernetes'
      ? [{ who, command: 'relctl doctor', why: 'checks tools, clusters and metrics' }]
      : []),
    { who: 'the R&D Lead', command: 'relctl plan <id> --feature "<name>"', why: 'drafts the first release plan' },
  ];
}
