import type { Change, Seen, VariableFinding } from '../findings.ts';
import type { VariableUse } from './use.ts';

/** A use in a file, on one side of the difference. */
export interface PlacedUse extends VariableUse {
  readonly file: string;
  readonly services: readonly string[];
}

/** Uses of the changed files on both sides, and of files that did not change. */
export interface UsesToCompare {
  readonly base: readonly PlacedUse[];
  readonly head: readonly PlacedUse[];
  /** Uses in unchanged files of variables that are only on one side of the changed ones. */
  readonly elsewhere: readonly PlacedUse[];
}

/** Names that hold secrets by custom; a Secret as their source says it for sure. */
const SECRET =
  /(SECRET|TOKEN|PASSW(OR)?D|PASSPHRASE|PRIVATE_?KEY|_PRIVATE$|CREDENTIAL|API_?KEY|ACCESS_?KEY|SIGNING_?KEY|ENCRYPTION_?KEY|MASTER_KEY|_KEY$|_DSN$|^DSN$|_PAT$|DATABASE_URL|CONNECTION_?STRING|WEBHOOK_URL|_SALT$|AUTH_?KEY)/;
const NOT_SECRET =
  /^(NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|PUBLIC|VITE|REACT_APP|VUE_APP|GATSBY|STORYBOOK)_|(PUBLIC|PUBLISHABLE|_KEY_ID$|TOKEN_(TTL|EXPIRY|EXPIRES|LIFETIME|ISSUER|AUDIENCE|URL|ENDPOINT)|PASSWORD_(MIN|MAX|POLICY|RESET))/;

/** A bundler writes the values of these into what it builds; where a Dockerfile takes one as an argument, it is known by then. */
const BUNDLED = /^(NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|VITE|REACT_APP|VUE_APP|GATSBY)_/;

/** What these bundlers read is a constant of the front end, whoever runs it (vite.dev/guide/env-and-mode, create-react-app.dev, cli.vuejs.org, gatsbyjs.com). */
const CONSTANT = /^(VITE|REACT_APP|VUE_APP|GATSBY)_/;
/** True for a use that tells people of a variable; a `.env` that is kept with the sources is what these bundlers read while they build. */
const tells = ({ how, file }: PlacedUse): boolean => how !== 'read' && !/(^|\/)\.env(\.production)?$/.test(file);

/** A sample and an allow-list name what somebody may set; a removal or a first read beside them is one all the same. */
const isUse = (use: PlacedUse): boolean => use.how !== 'listed';

/** `MODE: ${MODE}` hands on what the caller has; it gives no value. */
const isHandedOn = ({ name, value = '' }: VariableUse): boolean =>
  /^["']?\$\{?(\w+)\}?["']?$/.exec(value)?.[1] === name;

/** `env('X', null)` gives no more than `env('X')` does. */
const givesNothing = ({ how, value }: VariableUse): boolean =>
  value === undefined || (how === 'read' && /^(?:null|None|nil|undefined)$/.test(value));

/** Names of variables that are read, declared or listed on one side only, so that unchanged files must be asked whether they know them. */
export function oneSided(base: readonly PlacedUse[], head: readonly PlacedUse[]): string[] {
  const names = (uses: readonly PlacedUse[], how: VariableUse['how']) =>
    new Set(uses.filter((use) => use.how === how).map((use) => use.name));
  const sided = (['read', 'declared', 'listed'] as const).flatMap((how) => {
    const [before, after] = [names(base, how), names(head, how)];
    return [...before, ...after].filter((name) => !(before.has(name) && after.has(name)));
  });
  return [...new Set(sided)];
}

/**
 * What became of each variable. Sets are compared, not lines: a variable that moves from one file to another is the same.
 * One that the product knew already, and that a service reads for the first time, is `changed`, because it must be set there.
 */
export function compareVariables({ base, head, elsewhere }: UsesToCompare): VariableFinding[] {
  const before = byName(base);
  const after = byName(head);
  const known = byName(elsewhere);
  const filesBefore = new Set(base.map(({ file }) => file));
  const filesAfter = new Set(head.map(({ file }) => file));
  const findings: VariableFinding[] = [];
  for (const name of [...new Set([...after.keys(), ...before.keys()])].sort()) {
    const [allOld, allNow, allOther] = [before.get(name) ?? [], after.get(name) ?? [], known.get(name) ?? []];
    const [old, now, other] = [allOld.filter(isUse), allNow.filter(isUse), allOther.filter(isUse)];
    if (old.length + now.length + other.length === 0) {
      // Only samples and allow-lists know it: what is new in them is most likely read in a way that is not seen.
      if (allOther.length > 0 || (allOld.length > 0 && allNow.length > 0)) continue;
      if (allNow.length === 0 && allOld.every(({ isCommented }) => isCommented)) continue;
      findings.push(
        finding(
          name,
          allNow.length > 0 ? 'added' : 'removed',
          allNow.length > 0 ? allNow : allOld,
          allNow.length > 0 ? 'head' : 'base',
        ),
      );
    } else if (now.length === 0) {
      if (other.length === 0 && old.length > 0) findings.push(finding(name, 'removed', old, 'base'));
    } else if (old.length === 0 && other.length === 0) {
      const isTold = [...allNow, ...allOther].some(tells);
      findings.push(
        finding(name, 'added', [...now, ...allNow.filter((use) => !isUse(use))], 'head', undefined, isTold),
      );
    } else {
      const note =
        whatChanged(old, now, other) ??
        (isGivenNow(old, now, other, filesBefore) ? 'it is given a value now' : undefined) ??
        (isGivenNoMore(old, now, other, filesAfter) ? 'it is given no value any more' : undefined);
      if (note !== undefined) findings.push(finding(name, 'changed', now, 'head', note));
    }
  }
  return findings;
}

/**
 * True where a manifest that was there before sets what nobody set: the program had its own default until now. A manifest that is new sets all that its
 * program needs, and says nothing of each.
 */
function isGivenNow(
  old: readonly PlacedUse[],
  now: readonly PlacedUse[],
  other: readonly PlacedUse[],
  filesBefore: ReadonlySet<string>,
): boolean {
  const isGiven = (use: PlacedUse) => use.isGiven === true && use.value !== undefined && !isHandedOn(use);
  const before = [...old, ...other];
  const defaults = new Set([...now, ...other].flatMap((use) => (use.how === 'read' ? [plain(use.value ?? '')] : [])));
  // What gives the very default changes nothing.
  const isDefault = ({ value = '' }: PlacedUse) => defaults.size === 1 && defaults.has(plain(value));
  return (
    now.some((use) => isGiven(use) && filesBefore.has(use.file) && !isDefault(use)) &&
    before.some((use) => use.how === 'read') &&
    !before.some((use) => use.how === 'declared')
  );
}

/** The other way round: a manifest that stays sets no more what the program still reads, and nobody else does. */
const isGivenNoMore = (
  old: readonly PlacedUse[],
  now: readonly PlacedUse[],
  other: readonly PlacedUse[],
  filesAfter: ReadonlySet<string>,
): boolean => old.some((use) => use.how === 'read') && isGivenNow(now, old, other, filesAfter);

function whatChanged(
  old: readonly PlacedUse[],
  now: readonly PlacedUse[],
  other: readonly PlacedUse[],
): string | undefined {
  const known = new Set([...old, ...other].flatMap((use) => use.services));
  const news = [...new Set(now.filter((use) => use.how === 'read').flatMap((use) => use.services))].filter(
    (name) => !known.has(name),
  );
  if (news.length > 0 && known.size > 0) return `known already, and now needed by ${news.join(', ')} too`;
  if (old.length === 0) return undefined;
  // A default that goes with one of several reads is no other default for those that stay.
  const differs = (how: VariableUse['how']) =>
    valuesDiffer(valuesByOwner(old, how), valuesByOwner(now, how), how === 'declared');
  if (differs('declared')) return 'its value or source changed';
  if (differs('read')) return 'its default changed';
  const required = (uses: readonly PlacedUse[]) =>
    uses.some((use) => use.how === 'read' && givesNothing(use) && !use.isReadElsewhere);
  const reads = (uses: readonly PlacedUse[]) => uses.some((use) => use.how === 'read');
  if (reads(old) && required(now) && !required(old)) return 'it lost its default';
  return undefined;
}

type Values = ReadonlyMap<string, ReadonlySet<string>>;

/** Whoever reads a ConfigMap or a Secret; no service can be called so. */
const HELD = ' held';

/** What each owner is given; through a Secret is another source than in plain text. */
function valuesByOwner(uses: readonly PlacedUse[], how: VariableUse['how']): Values {
  const values = new Map<string, Set<string>>();
  for (const use of uses) {
    if (use.how !== how || use.value === undefined || givesNothing(use) || isHandedOn(use)) continue;
    const owner = use.isHeld === true ? HELD : (use.owner ?? '');
    values.set(
      owner,
      (values.get(owner) ?? new Set()).add(`${use.secret === true ? 'secret' : ''}\0${plain(use.value)}`),
    );
  }
  return values;
}

/** The environment holds text: `"8080"` that is turned into a number is `8080`, and `8_080` is as well. */
function plain(value: string): string {
  const bare = /^(["'])([^"']*)\1$/.exec(value)?.[2] ?? value;
  return /^\d[\d_]*$/.test(bare) ? bare.replaceAll('_', '') : bare;
}

/**
 * True where an owner that stays is given something else, or a new one something that nobody was given before. What moves with its value
 * from one manifest to another, from a workload to the ConfigMap that it reads, is given as before.
 */
function valuesDiffer(old: Values, now: Values, countsGone: boolean): boolean {
  if (old.size === 0 || now.size === 0) return false;
  const all = (values: Values) => new Set([...values.values()].flatMap((one) => [...one]));
  const [before, after] = [all(old), all(now)];
  return [...now].some(([owner, values]) => {
    const own = old.get(owner);
    const isLoose = own === undefined || owner === HELD;
    const isNew = (value: string) => !(isLoose ? before : own).has(value);
    const isGone = (value: string) => !(isLoose ? after : values).has(value);
    return [...values].some(isNew) || (countsGone && [...(own ?? [])].some(isGone));
  });
}

function finding(
  name: string,
  change: Change,
  uses: readonly PlacedUse[],
  side: Seen['side'],
  note?: string,
  isToldAnywhere = uses.some(tells),
): VariableFinding {
  const reads = uses.filter((use) => use.how === 'read');
  return {
    name,
    change,
    services: [...new Set(uses.flatMap((use) => use.services))].sort(),
    secret: uses.some((use) => use.secret) || (SECRET.test(name) && !NOT_SECRET.test(name)),
    required: reads.some((use) => use.value === undefined && !use.isReadElsewhere),
    // What only a build asks for is no setting of a program, whatever is given to that.
    buildTime:
      (reads.length > 0 ? reads : uses).every((use) => use.buildTime) ||
      (BUNDLED.test(name) && uses.some((use) => use.buildTime)) ||
      (CONSTANT.test(name) && !isToldAnywhere),
    ...(note === undefined ? {} : { note }),
    // Where it is read says most; then where it is declared.
    seen: [...reads, ...uses.filter((use) => use.how !== 'read')]
      .slice(0, 10)
      .map(({ file, line }) => ({ file, line, side })),
  };
}

function byName(uses: readonly PlacedUse[]): Map<string, PlacedUse[]> {
  const map = new Map<string, PlacedUse[]>();
  for (const use of uses) {
    const list = map.get(use.name);
    if (list === undefined) map.set(use.name, [use]);
    else list.push(use);
  }
  return map;
}
