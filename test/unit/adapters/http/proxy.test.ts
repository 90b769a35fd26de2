import { expect, it } from 'vitest';
import { tunnelFor } from '../../../../src/adapters/http/proxy.ts';

const HTTPS_PROXY = 'http://proxy.example.com:3128';

it.each([
  ['mail.example.com', {}, true],
  ['mail.example.com', { NO_PROXY: 'example.org other.com' }, true],
  ['mail.example.com', { NO_PROXY: 'mail.example.com' }, false],
  ['MAIL.example.com', { NO_PROXY: 'localhost, .EXAMPLE.com' }, false],
  ['mail.example.com', { NO_PROXY: '*.example.com' }, false],
  ['mail.example.com', { NO_PROXY: 'example.com:587' }, false],
  ['mail.example.com', { NO_PROXY: 'example.com:25' }, true],
  ['notexample.com', { NO_PROXY: 'example.com' }, true],
  ['mail.example.com', { NO_PROXY: '*' }, false],
  ['mail.example.com', { NO_PROXY: '*', no_proxy: '' }, true],
  ['127.0.0.1', {}, false],
])('a connection to %s with %j goes through the proxy: %s', (host, more, goes) => {
  expect(tunnelFor(host, 587, { HTTPS_PROXY, ...more })).toBe(goes ? HTTPS_PROXY : undefined);
});
