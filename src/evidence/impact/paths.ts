/**
 * What a path says about a file. A folder's name counts wherever it stands: monorepos repeat the same layout in each
 * package.
 */

/** Code of somebody else, or made by a program. */
const FOREIGN =
  /(^|\/)(node_modules|bower_components|vendor|third_party|third-party|\.yarn|\.venv|venv|site-packages|Pods|dist|coverage|\.next|\.nuxt|\.terraform|__generated__)(\/|$)|\.min\.(js|css)$|\.(map|lock|svg|pb\.go)$|_pb2(_grpc)?\.py$|\.generated\.\w+$|(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum|composer\.lock)$/;

/** Tests and what they need. */
const TEST =
  /(^|\/)(tests?|(unit|reg|int|integration|functional|acceptance|smoke)[-_]?tests?|[\w.]+\.([A-Z]\w*)?Tests?|[Tt]est-?[Ss]uites?|__tests__|__mocks__|__fixtures__|fixtures?|test-?data\d*|testing|conformance|__snapshots__|e2e([-_][\w-]+)?|cypress|playwright|specs?|mocks?|benchmarks?|androidTest)(\/|$)|\.snap$|\.(test|spec|e2e|cy|stories|bench)\.\w+$|(^|\/)bench(mark(s|ing)?)?\.\w+$|_test\.(go|py|exs|dart|rb)$|_spec\.rb$|(^|\/)(test_[^/]*\.py|conftest\.py|[^/]*(Tests?|IT|Spec)\.(java|kt|cs|scala|groovy|php))$|(^|\/)([^/]*[-_])?(smoke|tests?|e2e)([-_][^/]*)?\.(sh|bash)$|(^|\/)(vitest|jest|playwright|cypress|karma)(\.[\w-]+)?\.(config|setup|workspace)\.\w+$|(^|\/)\.env\.(test|ci|testing)(\.\w+)?$|(^|\/)\.storybook\//;

/** Text for people; but a monorepo's `apps/docs` is a program that serves it. */
const DOCUMENT =
  /(?:^|(?<!(?:^|\/)(?:apps|services|packages))\/)(docs?|documentation|examples|samples|getting-started|quick-?start|tutorials?)\/|^(example|sample|getting-started|quick-?start|tutorials?)\/|(?:^|\/)site\/content\/|\.(md|mdx|rst|adoc|txt)$|(^|\/)(LICENSE|NOTICE|AUTHORS|CHANGELOG|CODEOWNERS)$/i;

/** Lists of dependencies are text files too. */
const NOT_A_DOCUMENT = /(^|\/)(requirements[^/]*|constraints[^/]*)\.txt$|(^|\/)CMakeLists\.txt$|(^|\/)requirements\//;

/** What runs in a build system, in an editor or for who works on the product, not in a service: hidden folders are theirs, but for those that platforms deploy from. */
const CI =
  /(^|\/)\.(?!(aws|azure|config|deploy\w*|do|docker\w*|ebextensions|fly|gcp|helm|infra\w*|k8s|kube\w*|lagoon|openshift|platform|profile\.d|well-known|yarn|venv|next|nuxt|terraform|storybook)\/|\.?\/)[a-z][\w-]*\/|(^|\/)(\.gitlab-ci|\.?(goreleaser|nfpm)[^/]*\.ya?ml|\.travis|azure-pipelines|bitbucket-pipelines|cloudbuild|buildspec|appveyor|\.drone|\.pre-commit-config|Jenkinsfile|codecov|\.codecov|dependabot|renovate)[^/]*$/;

/** The part that a file plays. */
export type PathRole = 'product' | 'test' | 'document' | 'ci' | 'foreign';

/** Every reader asks for the same paths again; a path never changes its part. */
const KNOWN = new Map<string, PathRole>();
const MOST_KNOWN = 100_000;

/** The part that the file at a path plays. */
export function roleOf(path: string): PathRole {
  const known = KNOWN.get(path);
  if (known !== undefined) return known;
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  const role = readRole(path);
  KNOWN.set(path, role);
  return role;
}

function readRole(path: string): PathRole {
  if (FOREIGN.test(path)) return 'foreign';
  if (CI.test(path)) return 'ci';
  if (TEST.test(path)) return 'test';
  if (DOCUMENT.test(path) && !NOT_A_DOCUMENT.test(path)) return 'document';
  return 'product';
}

/** Code that a person runs, with variables as its parameters; what builds, checks, starts, serves or migrates is run with the product. Scripts in `hack/` are for whoever works on a product of Go. */
const BY_HAND =
  /(^|\/)(Rakefile|magefile\.go|magefiles\/[^/]+\.go|(scripts|hack|tools)\/(?:[^/]+\/)*\.env[^/]*)$|\.rake$|(^|\/)lib\/mix\/tasks\/[^/]+\.exs?$|(^|\/)(scripts|hack|tools)\/(?:[^/]+\/)*(?!(?:docker-)?(?:entrypoint|start|serve|run|main|worker|migrat|build|check|pre|post)[^/]*$)[^/]+\.(ts|mts|js|mjs|cjs|py|rb|go|kts?)$|(^|\/)hack\/(?:[^/]+\/)*[^/]+\.(sh|bash)$|(^|\/)(hack|tools)\/(?:[^/]+\/)*Dockerfile$|(^|\/)(scripts|tools)\/(?:[^/]+\/)*[^/]*(?<![a-z])(profil\w*|bench\w*|lint|fmt|format|codegen|gen(erate)?|publish|bump|clean|translat\w*|changelog|coverage)(?![a-z])[^/]*\.(sh|bash)$/;

/** Libraries for the programs of other people, with what shows how they are used. */
const FOR_OTHERS =
  /^sdks\/|^clients?\/(python|go|java|kotlin|typescript|javascript|js|ts|node|ruby|php|rust|dotnet|csharp)\//;

/** What compose runs, and what a program is given, on a developer's machine or for tests. */
const AT_HAND =
  /(^|\/)((docker-)?compose[^/]*[._-](dev|development|local|tests?|testing|e2e|ci)([._-][^/]*)?\.ya?ml|\.env\.(dev|development|local)(\.\w+)?|\.envrc)$/;

/** Files for the machine of a developer, by a folder that is called so. */
const FOR_DEVELOPERS =
  /(^|\/)(dev|devel|development|local)\/(?:[^/]+\/)*((docker-)?compose[^/]*\.ya?ml|[^/]*Dockerfile[^/]*|\.env[^/]*)$/i;

/** True for a compose file, a Dockerfile or a `.env` in a folder for developers. */
export const isForDevelopers = (path: string): boolean => FOR_DEVELOPERS.test(path);

/** True for a task, a script or a setting of a developer, and for a library of others: what it asks the environment for, or is given, is no setting of a service. */
export const isRunByHand = (path: string): boolean =>
  BY_HAND.test(path) || AT_HAND.test(path) || FOR_DEVELOPERS.test(path) || FOR_OTHERS.test(path);

/** True for a compose file, by its name or that of its folder: `docker-compose.prod.yml`, `deploy/docker-compose/native.yml`. */
export const isComposeFile = (path: string): boolean => /(^|\/)(docker-)?compose([^/]*|\/[^/]+)\.ya?ml$/i.test(path);

/** The last part of a path. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The folder of a path, without a slash at its end; empty for a file at the root. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The extension with its dot, in lower case; empty when there is none. */
export function extensionOf(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot).toLowerCase();
}
