import { command } from '../../text/command-line.ts';
import { choiceDifferences } from '../process/choice.ts';
import { error, type PlanCheckFacts, type PlanFinding, type PlanRule, warning } from './finding.ts';
import { TO_BE_WRITTEN } from './unwritten.ts';

/** Branches that nobody approved, or that are not those that were chosen. */
export const candidateRules: PlanRule = ({ plan: { id, spec }, chosen }) => [
  ...otherThanChosen(id, spec.candidate.branches, chosen),
  ...spec.candidate.branches.flatMap((branch, index) =>
    branch.approvedBy.length > 0
      ? []
      : [
          warning(
            'candidate.unapproved',
            ['spec', 'candidate', 'branches', index],
            `the branch ${branch.name} carries no approval`,
            'have it reviewed, or say why it ships in spec.impact.summary',
          ),
        ],
  ),
];

/** The Product Manager says what a release holds, where they were asked on its request. */
function otherThanChosen(
  id: string,
  branches: PlanCheckFacts['plan']['spec']['candidate']['branches'],
  chosen: readonly string[] | undefined,
): readonly PlanFinding[] {
  if (chosen === undefined) return [];
  const differences = choiceDifferences(
    branches.map(({ name }) => name),
    chosen,
  );
  return differences.length === 0
    ? []
    : [
        error(
          'candidate.not-as-chosen',
          ['spec', 'candidate', 'branches'],
          `the candidate is not what the Product Manager chose: ${differences.join(', ')}`,
          command`relctl plan ${id}`,
        ),
      ];
}

/** New variables come from somewhere and are set where they are read. */
export const variableRules: PlanRule = ({ plan: { spec } }) =>
  spec.environmentVariables.flatMap(({ name, source, setIn }, index) => {
    const path = ['spec', 'environmentVariables', index];
    const missing = (['staging', 'production'] as const).filter((environment) => !setIn.includes(environment));
    return [
      ...(source === undefined
        ? [
            warning(
              'environment.source',
              path,
              `it is not said where ${name} comes from`,
              'name the ConfigMap, the Secret or the vault path in source',
            ),
          ]
        : []),
      ...(missing.length > 0
        ? [
            warning(
              'environment.set-in',
              [...path, 'setIn'],
              `${name} is not set in ${missing.join(' and ')}`,
              'set it there and say so in setIn, unless its default is meant',
            ),
          ]
        : []),
    ];
  });

/** Migrations that can be undone as they say. */
export const migrationRules: PlanRule = ({ plan: { spec } }) =>
  spec.migrations.flatMap((migration, index) => {
    const { id, up, down, reversible, pointOfNoReturn, when } = migration;
    const path = ['spec', 'migrations', index];
    return [
      ...(down !== undefined && down.join('\0') === up.join('\0') && !up.some((word) => word.includes(TO_BE_WRITTEN))
        ? [
            error(
              'migrations.same-down',
              [...path, 'down'],
              `${id} is undone by the command that does it`,
              'write the command that undoes it',
            ),
          ]
        : []),
      ...(reversible && pointOfNoReturn
        ? [
            error(
              'migrations.contradiction',
              [...path, 'pointOfNoReturn'],
              `${id} is reversible and past the point of no return at once`,
              'set one of the two to false',
            ),
          ]
        : []),
      ...(pointOfNoReturn && when === 'before-canary'
        ? [
            warning(
              'migrations.no-return-first',
              [...path, 'when'],
              `${id} cannot be undone and runs before the canary, so that a bad canary could not be rolled back`,
              'set when to after-rollout, or make it reversible',
            ),
          ]
        : []),
      ...(!reversible && down !== undefined
        ? [
            warning(
              'migrations.unused-down',
              [...path, 'down'],
              `${id} has a down command, which is never run because it is not reversible`,
              'set reversible to true, or remove down',
            ),
          ]
        : []),
    ];
  });

/** Resources that can be looked at. */
export const resourceRules: PlanRule = ({ plan: { spec } }) =>
  spec.resources.flatMap(({ name, object, command, http, tcp }, index) =>
    [object, command, http, tcp].every((one) => one === undefined)
      ? [
          error(
            'resources.unseen',
            ['spec', 'resources', index],
            `it is not said how ${name} is looked at, so that Operations could not sign off`,
            'name an object of the cluster, a command that exits 0, a URL or a port that answers',
          ),
        ]
      : [],
  );
