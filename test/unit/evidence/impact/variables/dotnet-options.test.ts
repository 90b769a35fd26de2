import { expect, test } from 'vitest';
import { bindingsIn, optionsOf } from '../../../../../src/evidence/impact/variables/dotnet-options.ts';

const OPTIONS = `public class ShopOptions
{
    public const string Section = "Shop";
    public required string Url { get; set; }
    public virtual bool Hidden { get; set; } = true;
    public string Computed => Url;
    public string Fixed { get; }
    public MailOptions Mail { get; set; } = new MailOptions();
    public List<string> Hosts { get; set; }
    private string Own { get; set; }
    public class MailOptions
    {
        public string From { get { return _from; } set { _from = value; } }
        public LimitOptions Limit { get; init; }
    }
}
`;
const FILES: Readonly<Record<string, string>> = {
  'src/ShopOptions.cs': OPTIONS,
  'src/LimitOptions.cs': 'public record LimitOptions\n{\n    public int Daily { get; init; } = 5;\n}\n',
};
const classFile = (type: string) => {
  const path = `src/${type}.cs`;
  return FILES[path] === undefined ? undefined : { path, text: FILES[path] };
};

test.each([
  ['services.Configure<ShopOptions>(builder.Configuration.GetSection("Shop"));', 'Shop ShopOptions'],
  ['services.Configure<ShopOptions>(config,\n    "shop");', 'shop ShopOptions'],
  ['services.AddOptions<ShopOptions>().Bind(configuration.GetSection("Shop:Web"));', 'Shop:Web ShopOptions'],
  ['services.AddOptions<ShopOptions>().BindConfiguration(ShopOptions.Section);', 'Shop ShopOptions'],
  ['var options = configuration.GetSection(nameof(ShopOptions)).Get<ShopOptions>();', 'ShopOptions ShopOptions'],
  [
    'var options = new ShopOptions();\nConfigurationBinder.Bind(configuration.GetSection("Shop"), options);',
    'Shop ShopOptions',
  ],
  ['void Add(ShopOptions options) { configuration.GetSection("Shop").Bind(options); }', 'Shop ShopOptions'],
  ['// services.Configure<ShopOptions>(configuration.GetSection("Shop"));', undefined],
  ['services.Configure<ShopOptions>(configuration.GetSection("Dev:Shop"));', undefined],
  ['var section = configuration.GetSection("Shop");', undefined],
])('a section is bound to a class: %s', (text, expected) => {
  const [found] = bindingsIn(text, classFile);
  expect(found && `${found.section} ${found.type}`).toBe(expected);
});

test('what can be set of a bound class and of those in it is a variable, with two underscores for each level', () => {
  const found = optionsOf([{ section: 'Shop', type: 'ShopOptions' }], classFile);
  expect(found.map(({ name, file, line, value }) => [name, file, line, value])).toEqual([
    ['Shop__Url', 'src/ShopOptions.cs', 4, undefined],
    ['Shop__Hidden', 'src/ShopOptions.cs', 5, 'true'],
    ['Shop__Mail__From', 'src/ShopOptions.cs', 13, ''],
    ['Shop__Mail__Limit__Daily', 'src/LimitOptions.cs', 3, '5'],
    ['Shop__Hosts__0', 'src/ShopOptions.cs', 9, ''],
  ]);
});

test('classes that hold one another end', () => {
  const text =
    'class A { public B Other { get; set; } }\nclass B { public A Back { get; set; } public int X { get; set; } }';
  const found = optionsOf([{ section: 'S', type: 'A' }], () => ({ path: 'a.cs', text }));
  expect(found[0]?.name).toBe('S__Other__Back__Other__Back__Other__X');
});

test('classes that hold one another several times over are followed only so far: a candidate may be written to take for ever', () => {
  const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];
  let reads = 0;
  const classOf = (name: string, index: number) => {
    const properties = Array.from(
      { length: 30 },
      (_, n) => `public ${names[index + 1] ?? 'string'} P${n} { get; set; }`,
    );
    return `class ${name} {\n${properties.join('\n')}\n}`;
  };
  const text = names.map(classOf).join('\n');
  const found = optionsOf([{ section: 'S', type: 'A' }], () => {
    reads += 1;
    return { path: 'a.cs', text };
  });
  expect(found.length).toBeLessThanOrEqual(2000);
  expect(reads).toBeLessThanOrEqual(100_000);
});
