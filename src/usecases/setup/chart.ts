import type { Block } from '../../domain/outcome/outcome.ts';
import { RelctlError } from '../../errors.ts';
import type { Discovery } from '../../evidence/service-discovery/discover.ts';
import type { Prompter } from '../../ports/prompter.ts';
import { command } from '../../text/command-line.ts';
import { plural } from '../../text/plural.ts';
import { CONFIG_FILE } from '../release/settings.ts';

/** Which of several ways to install a product production has: only people know. */

type Charts = Discovery['charts'];

/** The answer for the manifests that were found without a chart. */
const OTHERS = '.others';

/**
 * The folder of the chart that installs the product, where it has other manifests too: from the flag, else asked where somebody can be;
 * `undefined` for the other manifests.
 * @throws RelctlError `usage.bad-flag` for a folder of no such chart, `answer.interrupted`
 */
export async function chartAnswer(
  prompter: Prompter,
  given: string | undefined,
  charts: Charts,
): Promise<string | undefined> {
  if (given !== undefined) {
    const folder = given.replace(/^\.\//, '').replace(/\/+$/, '');
    if (charts.some((one) => one.folder === folder)) return folder;
    throw new RelctlError(
      'usage.bad-flag',
      `--chart is "${given}", and no chart there installs a service of this product`,
      {
        why: 'It says which of several ways to install the product production has; a chart that is the only one is found without it.',
        hints: charts.length === 0 ? ['leave out --chart'] : charts.map((one) => command`--chart ${one.folder}`),
      },
    );
  }
  if (!prompter.interactive || charts.length === 0) return undefined;
  const answer = await prompter.select({
    message: 'Services have manifests and a Helm chart. What installs them in production?',
    flag: '--chart <folder>',
    choices: [
      { value: OTHERS, label: 'the manifests' },
      ...charts.map(({ folder, services }) => ({
        value: folder,
        label: `the chart ${folder}: ${plural(services.length, 'service')}`,
      })),
    ],
    default: OTHERS,
  });
  return answer === OTHERS ? undefined : answer;
}

/** What could have been taken where nobody was asked. */
export function otherCharts(prompter: Prompter, chosen: string | undefined, charts: Charts): readonly Block[] {
  if (prompter.interactive || chosen !== undefined || charts.length === 0) return [];
  return [
    {
      kind: 'checks',
      checks: charts.map(({ folder, services }) => {
        const again = command`rm ${CONFIG_FILE} && relctl init --chart ${folder}`;
        return {
          state: 'warning' as const,
          text: `the chart ${folder} installs ${plural(services.length, 'service')} of these too`,
          detail: `if production has it: ${again}`,
        };
      }),
    },
  ];
}
