import { RelctlError } from '../errors.ts';
import { byName } from '../text/by-name.ts';

/** The version of documents that this relctl writes. */
export const API_VERSION = 'relctl/v1';

type Fields = Record<string, unknown>;

/**
 * Upgrades by the version they start from; each gives the next one. Files are upgraded while they are read and stay as they
 * are on the disk, because approvals are bound to what was written.
 */
const UPGRADES: Readonly<Record<string, (document: Fields) => Fields>> = byName({
  // v1beta1 had one service as a map entry and the window in `schedule`; v1 has a list and `window`.
  'relctl/v1beta1': (document) => {
    const { schedule, services, ...spec } = (document.spec ?? {}) as Fields;
    const listed =
      services !== null && typeof services === 'object' && !Array.isArray(services)
        ? Object.entries(services).map(([name, service]) => ({ name, ...(service as Fields) }))
        : services;
    return {
      ...document,
      apiVersion: 'relctl/v1',
      spec: { ...spec, ...(schedule === undefined ? {} : { window: schedule }), services: listed },
    };
  },
});

/** Brings a document to {@link API_VERSION}; an unknown version is `plan.unknown-version`, anything else is left to the schema. */
export function upgradeDocument(value: unknown, file: string): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  let document = value as Fields;
  for (let steps = 0; steps < 10 && document.apiVersion !== API_VERSION; steps += 1) {
    const version = document.apiVersion;
    if (typeof version !== 'string' || !version.startsWith('relctl/')) return document;
    const upgrade = UPGRADES[version];
    if (upgrade === undefined) {
      throw new RelctlError(
        'plan.unknown-version',
        `${file} has apiVersion ${version}, which this relctl does not know`,
        {
          place: { file, line: 1 },
          why: 'A newer relctl may have recorded what this one would misread, so it is not touched.',
          hints: ['npm install -g relctl@latest', `known: ${[API_VERSION, ...Object.keys(UPGRADES)].join(', ')}`],
        },
      );
    }
    document = upgrade(document);
  }
  return document;
}

/** Where a path of the upgraded document stands in the document as it was written, so that messages point there. */
export function writtenPath(written: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  if ((written as Fields | null)?.apiVersion !== 'relctl/v1beta1' || path[0] !== 'spec') return path;
  if (path[1] === 'window') return ['spec', 'schedule', ...path.slice(2)];
  const services = ((written as Fields).spec as Fields | null | undefined)?.services;
  if (path[1] !== 'services' || path.length < 3 || services === null || typeof services !== 'object') return path;
  const name = Object.keys(services)[Number(path[2])];
  return name === undefined || Array.isArray(services) ? path : ['spec', 'services', name, ...path.slice(3)];
}
