import { expect, test } from 'vitest';
import { isOlderImage, isShippedImage, shortImage } from '../../../../src/domain/versions/image-versions.ts';

const DIGEST = `@sha256:${'a'.repeat(64)}`;

test.each([
  ['r.example.com/web:1.4.1', `r.example.com/web:1.5.0${DIGEST}`, true],
  ['r.example.com:5000/web:1.9.0', 'r.example.com:5000/web:1.10.0', true],
  ['web:v1.4', 'web:1.5.0', true],
  ['web:1.5.0', 'web:1.5.1', true],
  ['web:1.5.0', 'web:1.5.0', false],
  ['web:1.6.0', 'web:1.5.0', false],
  // What cannot be compared is not called older.
  ['web:1.4.1-rc.1', 'web:1.5.0', false],
  ['web:3f2a9c1', 'web:1.5.0', false],
  ['other:1.4.1', 'web:1.5.0', false],
  ['r.example.com:5000/web', 'r.example.com:5000/web:1.5.0', false],
])('%s is older than %s: %s', (image, than, older) => {
  expect(isOlderImage(image, than)).toBe(older);
});

test.each([
  ['web:1.5.0', `web:1.5.0${DIGEST}`, true],
  [`web:1.5.0${DIGEST}`, `other:2${DIGEST}`, true],
  [`web:1.5.0@sha256:${'b'.repeat(64)}`, `web:1.5.0${DIGEST}`, false],
  ['web:1.5.1', 'web:1.5.0', false],
  ['web', 'web', false],
])('%s is what was shipped as %s: %s', (image, shipped, same) => {
  expect(isShippedImage(image, shipped)).toBe(same);
});

test('people read an image without registry and digest', () => {
  expect(shortImage(`r.example.com:5000/shop/web:1.5.0${DIGEST}`)).toBe('web:1.5.0');
  expect(shortImage('r.example.com:5000/shop/web')).toBe('web');
});
