import { describe, expect, test } from 'vitest';
import { fieldChange } from '../../../../../../src/evidence/impact/migrations/django/field-change.ts';
import { judgeDjango } from '../../../../../../src/evidence/impact/migrations/django/judge.ts';

const change = (before: string | undefined, after: string): string =>
  fieldChange(before, after, 'basket.state')
    .map(({ effect }) => effect)
    .join(' ');

describe('an altered field, against what it was', () => {
  test.each([
    ['models.CharField(max_length=20)', 'models.CharField(max_length=20, choices=[("a", "A"), ("b", "B")])', ''],
    ['models.CharField(max_length=20)', 'models.CharField(max_length=40)', ''],
    ['models.CharField(max_length=40)', 'models.CharField(max_length=20)', 'breaks'],
    ['models.CharField(max_length=40)', 'models.TextField()', ''],
    ['models.TextField()', 'models.CharField(max_length=40)', 'breaks'],
    ['models.EmailField()', 'models.EmailField(max_length=320)', ''],
    ['models.IntegerField()', 'models.IntegerField(null=True, help_text="x")', ''],
    ['models.IntegerField(null=True)', 'models.IntegerField()', 'breaks locks'],
    ['models.IntegerField()', 'models.BigIntegerField()', 'locks'],
    ['models.BigIntegerField()', 'models.IntegerField()', 'breaks'],
    ['models.IntegerField()', 'models.TextField()', 'breaks'],
    ['models.IntegerField()', 'models.IntegerField(unique=True)', 'breaks locks'],
    ['models.IntegerField()', 'models.IntegerField(db_index=True)', 'locks'],
    ['models.IntegerField(db_index=True)', 'models.IntegerField()', ''],
    ['models.IntegerField()', 'models.IntegerField(db_column="n")', 'breaks'],
    [
      'models.DecimalField(max_digits=6, decimal_places=2)',
      'models.DecimalField(max_digits=8, decimal_places=2)',
      'locks',
    ],
    [
      'models.DecimalField(max_digits=8, decimal_places=2)',
      'models.DecimalField(max_digits=6, decimal_places=2)',
      'breaks',
    ],
    [
      'models.ForeignKey(on_delete=x.CASCADE, to="a.B")',
      'models.ForeignKey(on_delete=x.PROTECT, to="a.b", related_name="c")',
      '',
    ],
    ['models.ForeignKey(on_delete=x.CASCADE, to="a.B")', 'models.ForeignKey(on_delete=x.CASCADE, to="a.C")', 'breaks'],
    ['money.MoneyField(currency="EUR")', 'money.MoneyField(currency="USD")', 'unknown'],
    ['models.CharField(max_length=SIZE)', 'models.CharField(max_length=OTHER)', 'unknown'],
    [undefined, 'models.TextField()', 'unknown'],
  ])('%s -> %s: "%s"', (before, after, expected) => expect(change(before, after)).toBe(expected));
});

const migration = (before: string | undefined, ...operations: readonly string[]): string =>
  [
    'from django.db import migrations, models',
    'class Migration(migrations.Migration):',
    `    dependencies = [${before === undefined ? '' : `("shop", "${before}")`}]`,
    '    operations = [',
    ...operations.map((operation) => `        ${operation},`),
    '    ]',
  ].join('\n');
const effects = (text: string, siblings: Readonly<Record<string, string>>): string[] =>
  judgeDjango(
    text,
    'shop/migrations/0009_now.py',
    new Map(Object.entries(siblings).map(([name, own]) => [`shop/migrations/${name}.py`, own])),
  ).operations.map(({ effect, text: what }) => `${effect}: ${what}`);

describe('the earlier definition', () => {
  const initial = migration(
    undefined,
    'migrations.CreateModel(name="Basket", fields=[("id", models.AutoField(primary_key=True)), ("state", models.CharField(max_length=20))])',
  );
  const alter = 'migrations.AlterField("basket", "state", models.CharField(max_length=20, choices=[("a", "A")]))';

  test('is found in CreateModel, whatever the case of the model', () => {
    expect(effects(migration('0001_initial', alter), { '0001_initial': initial })).toEqual([]);
  });
  test('is what the migrations between made of it, by name of the model and field', () => {
    expect(
      effects(migration('0003_c', 'migrations.AlterField("cart", "status", models.CharField(max_length=20))'), {
        '0001_initial': initial,
        '0002_b': migration('0001_initial', 'migrations.RenameModel("Basket", "Cart")'),
        '0003_c': migration(
          '0002_b',
          'migrations.RenameField("cart", "state", "status")',
          'migrations.AlterField("cart", "status", models.CharField(max_length=30))',
        ),
      }),
    ).toEqual(['breaks: shortens the column cart.status from 30 to 20']);
  });
  test('is not what a migration made that does not come before', () => {
    expect(
      effects(migration('0001_initial', alter), {
        '0001_initial': initial,
        '0002_later': migration('0009_now', 'migrations.AlterField("basket", "state", models.IntegerField())'),
      }),
    ).toEqual([]);
  });
  test('that is nowhere is asked for, and not called harmful', () => {
    expect(effects(migration('0001_initial', alter), {})).toEqual([
      'unknown: changes the column basket.state, whose earlier definition was not found',
    ]);
  });
});

test('a required column that the migration gives a default in the database harms nobody', () => {
  const add = 'migrations.AddField("basket", "expires", models.DateTimeField(default=now))';
  const fill =
    'migrations.RunSQL("ALTER TABLE shop_basket ALTER COLUMN expires SET DEFAULT now()", migrations.RunSQL.noop)';
  expect(effects(migration(undefined, add, fill), {})).toEqual([]);
  expect(effects(migration(undefined, add), {})).toEqual([expect.stringContaining('breaks: adds the required column')]);
});
