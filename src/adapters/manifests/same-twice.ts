import { HOOK_ANNOTATION, isTestOnly } from '../../domain/kubernetes/helm-hooks.ts';
import { toldApart } from '../../domain/kubernetes/told-apart.ts';
import { RelctlError } from '../../errors.ts';
import { canonicalJson } from '../../plan/digest.ts';
import type { SourceSettings } from '../../plan/source-settings.ts';
import type { RenderedObject } from '../../ports/manifest-source.ts';

/** A place where two renderings of the same commit differ. */
interface Difference {
  readonly object: string;
  readonly field: string;
}

/** Differences that are named. */
const SHOWN = 8;

/**
 * What two renderings of one commit agree on. A test of a chart whose name is drawn each time (`-test-{{ randAlphaNum 5 }}`) is left
 * out: no release runs it, and nobody can say in relctl.yaml what stands in for a name that never comes again.
 * @throws RelctlError `manifests.unstable` where anything else differs
 */
export function agreedRendering(
  source: SourceSettings,
  first: readonly RenderedObject[],
  second: readonly RenderedObject[],
): readonly RenderedObject[] {
  const agreed = withoutDrawnTests(first, second);
  refuseUnstable(source, agreed, withoutDrawnTests(second, first));
  return agreed;
}

function withoutDrawnTests(these: readonly RenderedObject[], others: readonly RenderedObject[]) {
  const names = byName(others);
  return [...byName(these)]
    .filter(([name, { object }]) => names.has(name) || !isTestOnly(object.metadata.annotations?.[HOOK_ANNOTATION]))
    .map(([, one]) => one);
}

/**
 * Refuses a source whose two renderings of one commit differ: what was approved would not be what is deployed. Values are not
 * shown, since what differs is often a generated password.
 * @throws RelctlError `manifests.unstable` naming each object and field
 */
function refuseUnstable(
  source: SourceSettings,
  first: readonly RenderedObject[],
  second: readonly RenderedObject[],
): void {
  const differences = differencesOf(first, second);
  const [one] = differences;
  if (one === undefined) return;
  const title = source.paths.join(', ') || source.kind;
  throw new RelctlError(
    'manifests.unstable',
    `${title} renders differently each time: ${one.field} of ${one.object}${differences.length === 1 ? '' : `, and ${differences.length - 1} more`}`,
    {
      why: 'A board approves what is deployed, and QA signs off what runs in staging; neither can, if each rendering is another.',
      hints: [
        ...differences.slice(0, SHOWN).map(({ object, field }) => `${object}: ${field}`),
        'a value that is drawn at random or taken from the clock belongs into a Secret that exists already, or into the values',
      ],
      data: { differences },
    },
  );
}

function differencesOf(first: readonly RenderedObject[], second: readonly RenderedObject[]): readonly Difference[] {
  const [before, after] = [byName(first), byName(second)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((object) => {
    const [a, b] = [before.get(object), after.get(object)];
    if (a === undefined || b === undefined) return [{ object, field: 'metadata.name' }];
    return fieldsThatDiffer(a.object, b.object, '').map((field) => ({ object, field }));
  });
}

function byName(rendered: readonly RenderedObject[]): ReadonlyMap<string, RenderedObject> {
  return toldApart(rendered, ({ object }) => object);
}

function fieldsThatDiffer(a: unknown, b: unknown, path: string): readonly string[] {
  if (canonicalJson(a ?? null) === canonicalJson(b ?? null)) return [];
  const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null;
  if (!isTree(a) || !isTree(b) || Array.isArray(a) !== Array.isArray(b)) return [path];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    fieldsThatDiffer(
      (a as Record<string, unknown>)[key],
      (b as Record<string, unknown>)[key],
      Array.isArray(a) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`,
    ),
  );
}
