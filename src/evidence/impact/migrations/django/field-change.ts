import { byName } from '../../../../text/by-name.ts';
import type { Operation } from '../../findings.ts';
import { callArguments } from './call.ts';

interface Field {
  readonly type: string;
  readonly options: ReadonlyMap<string, string>;
}

/** Options that only Django itself looks at (docs.djangoproject.com/en/stable/ref/models/fields/). */
const ONLY_DJANGO =
  /^(choices|verbose_name|help_text|validators|default|blank|editable|error_messages|related_name|related_query_name|on_delete|auto_now|auto_now_add|limit_choices_to|upload_to|storage|db_comment|unique_for_\w+|serialize|auto_created|db_default|parent_link|allow_unicode|encoder|decoder|swappable|path|match|recursive)$/;

/** Types whose columns are of one kind, from narrow to wide. */
const WIDENING: readonly (readonly string[])[] = [
  ['SmallIntegerField', 'IntegerField', 'BigIntegerField'],
  ['PositiveSmallIntegerField', 'PositiveIntegerField', 'PositiveBigIntegerField'],
  ['SmallAutoField', 'AutoField', 'BigAutoField'],
];
/** Columns of characters with the length that each has when it names none. */
const CHARACTERS: Readonly<Record<string, number>> = byName({
  CharField: Number.POSITIVE_INFINITY,
  EmailField: 254,
  SlugField: 50,
  URLField: 200,
  FileField: 100,
  ImageField: 100,
  FilePathField: 100,
  TextField: Number.POSITIVE_INFINITY,
});

/**
 * What altering a field does to the version that runs now, and to the table.
 * @param before its definition by the migrations before; `undefined` when none was found
 * @param column `model.field`
 */
export function fieldChange(
  before: string | undefined,
  after: string,
  column: string,
): Pick<Operation, 'effect' | 'text'>[] {
  const [old, now] = [before === undefined ? undefined : fieldOf(before), fieldOf(after)];
  if (old === undefined || now === undefined)
    return [{ effect: 'unknown', text: `changes the column ${column}, whose earlier definition was not found` }];
  const found: Pick<Operation, 'effect' | 'text'>[] = [...typeChange(old, now, column)];
  const option = (field: Field, name: string) => field.options.get(name);
  const is = (field: Field, name: string) => option(field, name) === 'True';
  if (is(old, 'null') && !is(now, 'null')) {
    found.push({ effect: 'breaks', text: `requires a value in the column ${column}` });
    found.push({ effect: 'locks', text: `reads all of the table of ${column} while all wait (null=False)` });
  }
  if (!is(old, 'unique') && is(now, 'unique'))
    found.push({ effect: 'breaks', text: `requires values of their own in the column ${column} (unique)` });
  const isIndexed = (field: Field) => is(field, 'db_index') || is(field, 'unique');
  if (!isIndexed(old) && isIndexed(now))
    found.push({ effect: 'locks', text: `builds an index on ${column} while writers wait (AlterField)` });
  if (option(old, 'db_column') !== option(now, 'db_column'))
    found.push({ effect: 'breaks', text: `renames the column ${column}` });
  if (plain(option(old, 'to')) !== plain(option(now, 'to')))
    found.push({ effect: 'breaks', text: `changes what the column ${column} refers to` });
  for (const name of new Set([...old.options.keys(), ...now.options.keys()])) {
    const judged = /^(null|unique|db_index|db_column|to|max_length|max_digits|decimal_places)$/.test(name);
    if (judged || ONLY_DJANGO.test(name) || option(old, name) === option(now, name)) continue;
    found.push({ effect: 'unknown', text: `changes ${name} of the column ${column}` });
  }
  return found;
}

function typeChange(old: Field, now: Field, column: string): Pick<Operation, 'effect' | 'text'>[] {
  const changed = { effect: 'breaks', text: `changes the type of the column ${column}` } as const;
  const rewrites = { effect: 'locks', text: `rewrites the table of ${column} while all wait` } as const;
  if (old.type in CHARACTERS && now.type in CHARACTERS) {
    const length = (field: Field) => {
      if (field.type === 'TextField') return Number.POSITIVE_INFINITY;
      return Number(field.options.get('max_length') ?? CHARACTERS[field.type]);
    };
    const [before, after] = [length(old), length(now)];
    if (Number.isNaN(before) || Number.isNaN(after))
      return old.options.get('max_length') === now.options.get('max_length')
        ? []
        : [{ effect: 'unknown', text: `changes the length of the column ${column}` }];
    return after < before
      ? [{ effect: 'breaks', text: `shortens the column ${column} from ${before} to ${after}` }]
      : [];
  }
  if (old.type !== now.type) {
    const row = WIDENING.find((types) => types.includes(old.type) && types.includes(now.type));
    return row !== undefined && row.indexOf(now.type) > row.indexOf(old.type) ? [rewrites] : [changed];
  }
  if (old.options.get('max_digits') === now.options.get('max_digits')) {
    return old.options.get('decimal_places') === now.options.get('decimal_places') ? [] : [changed];
  }
  const digits = (field: Field) => [
    Number(field.options.get('max_digits')) - Number(field.options.get('decimal_places')),
    Number(field.options.get('decimal_places')),
  ];
  const [[wholeBefore = 0, placesBefore = 0], [wholeAfter = 0, placesAfter = 0]] = [digits(old), digits(now)];
  return wholeAfter >= wholeBefore && placesAfter >= placesBefore ? [rewrites] : [changed];
}

function fieldOf(text: string): Field | undefined {
  const match = /^\s*([\w.]+)\(([\s\S]*)\)\s*$/.exec(text);
  if (match === null) return undefined;
  const { positional, keywords } = callArguments(match[2] ?? '');
  const type = (match[1] ?? '').replace(/^.*\./, '');
  const options = new Map([...keywords].map(([name, value]) => [name, value.replace(/\s+/g, ' ')]));
  if (/^(ForeignKey|OneToOneField|ManyToManyField)$/.test(type) && positional[0] !== undefined)
    options.set('to', positional[0]);
  return { type, options };
}

const plain = (text: string | undefined): string => (text ?? '').replace(/["']/g, '').toLowerCase();
