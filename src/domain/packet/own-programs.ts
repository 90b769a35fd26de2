import type { SmokeTest, Spec } from '../../plan/spec.ts';
import { command } from '../../text/command-line.ts';
import type { PacketFacts } from './facts.ts';
import { type PacketSection, table, text } from './model.ts';

type Row = readonly [what: string, where: string, image: string, runs: string];

/**
 * What the plan itself has run, beside its services: nobody else has written it, and it runs with the access of production, or of whoever gives
 * the command. An image that is not that of the service stands nowhere else.
 */
export function ownPrograms({ plan: { spec } }: PacketFacts): PacketSection {
  const rows = [...migrations(spec), ...spec.smokeTests.flatMap(smokeTest), ...checks(spec)];
  return {
    id: 'programs',
    title: 'What the plan itself runs',
    blocks: [
      ...table(['what', 'where', 'image', 'runs'], rows, 'Nothing.'),
      ...(ownImages(spec).length > 0
        ? [text('Images that are named here are not those of a service, and their provenance is not asked.')]
        : []),
    ],
  };
}

/** Images that the plan names beside those of its services, with what runs them. */
export function ownImages({ migrations: all, smokeTests }: Spec): readonly { what: string; image: string }[] {
  return [
    ...all.flatMap(({ id, image }) => (image === undefined ? [] : [{ what: `migration ${id}`, image }])),
    ...smokeTests.flatMap(({ name, job }) =>
      job === undefined ? [] : [{ what: `smoke test "${name}"`, image: job.image }],
    ),
  ];
}

const OF_SERVICE = 'that of the service';
const JOBS = 'Job in staging and production';
const HERE = 'machine of who gives the command';

function migrations({ migrations: all }: Spec): readonly Row[] {
  return all.map(({ id, image, up }) => [`migration ${id}`, JOBS, image ?? OF_SERVICE, command`${up}`]);
}

function smokeTest({ name, http, command: program, job }: SmokeTest): readonly Row[] {
  const what = `smoke test "${name}"`;
  if (job !== undefined) return [[what, 'Job in production', job.image, command`${job.command}`]];
  if (program !== undefined) return [[what, HERE, '', command`${program}`]];
  if (http === undefined) return [];
  const secrets = Object.values(http.secretHeaders ?? {});
  const sent = secrets.length === 0 ? '' : `, with ${secrets.join(', ')} of its environment`;
  return [[what, HERE, '', `${http.method ?? 'GET'} ${http.url}${sent}`]];
}

function checks({ resources, alerts }: Spec): readonly Row[] {
  return [
    ...resources.flatMap(({ name, command: program }): readonly Row[] =>
      program === undefined ? [] : [[`check of "${name}"`, HERE, '', command`${program}`]],
    ),
    ...alerts.flatMap(({ name, drill }): readonly Row[] =>
      drill === undefined ? [] : [[`drill of ${name}`, HERE, '', command`${drill}`]],
    ),
  ];
}
