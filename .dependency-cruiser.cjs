/**
 * The house's layers, as design says: bin -> main -> program -> commands -> usecases -> {domain, plan, evidence, ports}.
 * Each rule says why. `npm run layers` holds them; test/rails proves that each rule bites.
 */

const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/** Packages that are part of the bundle: the first column of the table of reasons. */
const BUNDLED = readFileSync(join(__dirname, 'docs/decisions/dependencies.md'), 'utf8')
  .split('\n')
  .flatMap((line) => /^\| *([^|]+?) *\|/.exec(line)?.[1].split(', ') ?? [])
  .filter((name) => /^@?[a-z]/.test(name) && name !== 'package');

const PURE = '^src/(domain|plan|evidence|ports|usecases|text)/';

/** @param {string} folder @param {string[]} allowed folders or files of src that it may import, beside itself and text/ */
const onlyImports = (folder, allowed) => ({
  from: { path: `^src/${folder}` },
  to: { path: '^src/', pathNot: [folder, 'text/', ...allowed].map((one) => `^src/${one}`) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Two files that need each other cannot be understood, tested or loaded one at a time. A shared type has a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports is dead, or its caller was forgotten.',
      severity: 'error',
      from: { orphan: true, path: '^src/' },
      to: {},
    },
    {
      name: 'no-unresolved',
      comment: 'An import that resolves to nothing fails only when its command is given.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'domain-stands-alone',
      comment:
        'Decisions are pure: they know the plan and the shapes of the ports, and nothing that acts, so that each can be tested as a table.',
      severity: 'error',
      ...onlyImports('domain/', ['errors.ts', 'plan/', 'ports/']),
    },
    {
      name: 'domain-takes-ports-as-types',
      comment: 'From a port the domain needs the shape of an object, never something to call.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { path: '^src/ports/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'plan-stands-alone',
      comment: 'The plan is read and hashed the same whoever asks; it knows the errors and nothing else of relctl.',
      severity: 'error',
      ...onlyImports('plan/', ['errors.ts']),
    },
    {
      name: 'text-knows-nothing',
      comment: 'Quoting, cleaning and counting words is the same everywhere, so it knows nothing of anything.',
      severity: 'error',
      ...onlyImports('text/', []),
    },
    {
      name: 'evidence-reads-only',
      comment: 'Readers of evidence turn text into facts; they know the plan and the domain, and reach for nothing.',
      severity: 'error',
      ...onlyImports('evidence/', ['errors.ts', 'domain/', 'plan/', 'ports/']),
    },
    {
      name: 'ports-are-shapes',
      comment: 'A port says what is needed; were it to know who needs it or who gives it, it would be neither.',
      severity: 'error',
      ...onlyImports('ports/', ['errors.ts', 'domain/', 'plan/']),
    },
    {
      name: 'usecases-know-no-adapter',
      comment: 'A use case is the same on the sandbox and on the real thing, because it cannot tell them apart.',
      severity: 'error',
      ...onlyImports('usecases/', ['errors.ts', 'domain/', 'plan/', 'evidence/', 'ports/']),
    },
    {
      name: 'rooms-call-no-front-door',
      comment:
        'A file of usecases/ is a command, and its rooms are what commands share: a room that called a command would run it inside another.',
      severity: 'error',
      from: { path: '^src/usecases/[^/]+/' },
      to: { path: '^src/usecases/[^/]+\\.ts$' },
    },
    {
      name: 'rooms-stand-in-order',
      comment:
        'release and checks serve everyone; cluster writes objects; canary steers and judges with it; deployment alone puts them together.',
      severity: 'error',
      from: { path: '^src/usecases/(release|signing|checks|slo)/' },
      to: { path: '^src/usecases/(cluster|canary|deployment|planning|packet)/' },
    },
    {
      name: 'cluster-knows-no-deployment',
      comment:
        'Applying, locking and waiting are the same for staging, a canary and a rollback; none of them is known here.',
      severity: 'error',
      from: { path: '^src/usecases/cluster/' },
      to: { path: '^src/usecases/(canary|deployment|planning|packet)/' },
    },
    {
      name: 'canary-knows-no-deployment',
      comment:
        'A canary is started, watched and judged by itself; what comes before and after it belongs to the deployment.',
      severity: 'error',
      from: { path: '^src/usecases/canary/' },
      to: { path: '^src/usecases/(deployment|planning|packet)/' },
    },
    {
      name: 'planning-changes-nothing',
      comment: 'A plan is drafted and checked from what is read; whoever plans must be unable to deploy.',
      severity: 'error',
      from: { path: '^src/usecases/planning/' },
      to: { path: '^src/usecases/(canary|deployment|packet)/' },
    },
    {
      name: 'adapters-obey-ports',
      comment: 'Adapters serve the ports; one that called a use case would turn the house upside down.',
      severity: 'error',
      ...onlyImports('adapters/', ['errors.ts', 'domain/', 'plan/', 'evidence/', 'ports/', 'renderers/']),
    },
    {
      name: 'only-the-terminal-draws',
      comment: 'Drawing belongs to the terminal; an adapter to the outside world that rendered would print.',
      severity: 'error',
      from: { path: '^src/adapters/', pathNot: '^src/adapters/(terminal|hooks)/' },
      to: { path: '^src/renderers/' },
    },
    {
      name: 'renderers-know-the-domain-only',
      comment:
        'What is shown is decided before it is drawn: renderers see outcomes, progress, errors and documents, and no plan or other port.',
      severity: 'error',
      ...onlyImports('renderers/', ['errors.ts', 'domain/', 'plan/', 'ports/documents.ts']),
    },
    {
      name: 'renderers-take-the-plan-as-types',
      comment: 'A calendar is drawn from a plan; reading one is not drawing.',
      severity: 'error',
      from: { path: '^src/renderers/' },
      to: { path: '^src/plan/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'commands-call-use-cases',
      comment:
        'A command parses its flags and calls one use case; composition and the command tree are all that it may know beside that.',
      severity: 'error',
      ...onlyImports('commands/', [
        'errors.ts',
        'usecases/',
        'domain/',
        'plan/',
        'ports/',
        'composition/',
        'program/',
        'renderers/',
      ]),
    },
    {
      name: 'program-only-parses',
      comment:
        'The command tree knows names and flags; commands are imported when they are given, so that --version loads none.',
      severity: 'error',
      ...onlyImports('program/', ['errors.ts', 'commands/']),
    },
    {
      name: 'commands-are-imported-lazily',
      comment: 'A command that is imported with the tree is loaded for every command; each has its own chunk instead.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/commands/' },
      to: { path: '^src/commands/', dependencyTypesNot: ['type-only', 'dynamic-import'] },
    },
    {
      name: 'only-composition-wires',
      comment:
        'One place decides which adapter stands behind a port; terminal.ts does so for what a person sees, main.ts for colours.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(adapters/|composition/|terminal\\.ts|main\\.ts)' },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'nothing-imports-main',
      comment: 'main is where the process begins and ends; who imported it would start another.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/main\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-code-reaches-nothing',
      comment:
        'Files, processes, the network and the clock come through ports: that is what makes every decision repeatable.',
      severity: 'error',
      // What is drawn is repeatable too; only it may use what draws.
      from: { path: `${PURE}|^src/renderers/` },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|util|zlib)$' },
    },
    {
      name: 'pure-code-draws-nothing',
      comment: 'Logic never prints and never asks: it emits typed events and questions, and something else draws them.',
      severity: 'error',
      from: { path: PURE },
      to: { path: '(^|/)(chalk|execa|inquirer|@inquirer|listr2|commander|nodemailer|pg)(/|$)' },
    },
    {
      name: 'only-exec-starts-processes',
      comment: 'Deadlines, process groups and argument lists are right in one place: adapters/exec.ts.',
      severity: 'error',
      from: { path: '^(src|bin)/', pathNot: '^src/adapters/exec\\.ts$' },
      to: { path: '(^|/)(execa/|child_process$)|^(node:)?child_process$' },
    },
    {
      name: 'packages-have-a-reason',
      comment:
        'What ships contains the packages that src imports, so each has a line of reason in docs/decisions/dependencies.md; the others only build and test.',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: `(^|/)node_modules/(${BUNDLED.join('|')})/`,
      },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
