import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followPointer } from '../../../../src/domain/kubernetes/json-pointer.ts';

/** The document and pointers of RFC 6901, section 5. */
const RFC = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

describe('followPointer', () => {
  it.each([
    ['', RFC],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('follows %j as RFC 6901 says', (pointer, value) => {
    expect(followPointer(RFC, pointer)).toEqual({ found: true, value });
  });

  it.each(['/none', '/foo/2', '/foo/01', '/foo/-', '/foo/length', '/a~1b/0', '/toString', '/foo/0/0'])(
    'finds nothing at %j',
    (pointer) => {
      expect(followPointer(RFC, pointer)).toEqual({ found: false });
    },
  );

  it('finds every value of any document by its own path', () => {
    const pointersOf = (value: unknown, at: string): readonly (readonly [string, unknown])[] => [
      [at, value],
      ...(typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, item]) =>
            pointersOf(item, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
          )
        : []),
    ];
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (document) => {
        const parsed: unknown = JSON.parse(JSON.stringify(document));
        for (const [pointer, value] of pointersOf(parsed, '')) {
          expect(followPointer(parsed, pointer)).toEqual({ found: true, value });
        }
      }),
      { numRuns: 200 },
    );
  });
});
