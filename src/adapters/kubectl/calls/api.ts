import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '../../../ports/cluster.ts';
import { type Address, type Api, FIELD_MANAGER, pathOf, readListing, type Selection, selectionPath } from '../api.ts';
import { RequestFailure } from '../failure.ts';
import { APPLYING } from '../flags.ts';
import type { Kubectl } from '../kubectl.ts';
import { createListFeed } from '../list-feed.ts';
import { createApplyTogether } from './apply-together.ts';
import { createReads } from './reads.ts';

const APPLY = ['apply', ...APPLYING, '-o', 'json', '-f', '-'];
/** How often a text that grows is read again. */
const GROWING_MS = 1000;
const WRITE_OPTIONS = `fieldManager=${FIELD_MANAGER}&fieldValidation=Strict`;

/** Headers that kubectl sends as well, or that say nothing that it needs. */
const OWN_HEADERS: ReadonlySet<string> = new Set(['accept', 'content-type', 'user-agent', 'cache-control']);

/**
 * The API by one kubectl a request. Objects are read and written by API path (`--raw`), because that is one request and carries
 * preconditions which kubectl's own verbs do not have; applying is kubectl's. A kubectl costs a tenth of a second of processor,
 * so questions and applies of one moment share one.
 */
export function createCallsApi(kubectl: Kubectl): Api {
  const at = async (path: string): Promise<unknown> => JSON.parse(await kubectl.read(['get', '--raw', path]));
  const run = async (args: readonly string[], input: unknown): Promise<KubeObject> =>
    JSON.parse(await kubectl.run(args, JSON.stringify(input))) as KubeObject;
  const all = async (selection: Selection) => readListing(await at(selectionPath(selection)), selection);
  const reads = createReads(at);
  const applyTogether = createApplyTogether(kubectl, APPLY);
  const api = {
    one: reads.one,
    all: (selection: Selection) => (selection.name === undefined ? reads.all(selection) : all(selection)),
  };
  return {
    at,
    ...api,
    create: (collection, object) => run(['create', '--raw', `${collection}?${WRITE_OPTIONS}`, '-f', '-'], object),
    async apply(_address, object, company) {
      const applied = company ? await applyTogether(object) : 'alone';
      return applied === 'alone' ? run(APPLY, object) : applied;
    },
    preview: async () => undefined,
    rehearse: (_address, object) => run([...APPLY, '--dry-run=server'], object),
    replace: (address, object) => run(['replace', '--raw', `${pathOf(address)}?${WRITE_OPTIONS}`, '-f', '-'], object),
    async patch({ ref }, operations) {
      const type = `${ref.kind}.${ref.apiVersion.split('/').reverse().join('.')}`;
      // In the core group the version has no group after it, but the dot must be there.
      const resource = ref.apiVersion.includes('/') ? type : `${type}.`;
      const args = ['patch', resource, ref.name, '--type=json', `--field-manager=${FIELD_MANAGER}`, '-o', 'json'];
      return JSON.parse(await kubectl.run([...args, `--patch=${JSON.stringify(operations)}`])) as KubeObject;
    },
    async remove(address: Address, options) {
      await kubectl.run(['delete', '--raw', pathOf(address), '-f', '-'], JSON.stringify(options));
      return 'going';
    },
    async pass({ method, path, body, headers = {} }) {
      if (method === 'HEAD' || Object.keys(headers).some((name) => !OWN_HEADERS.has(name))) {
        const what = method === 'HEAD' ? 'ask for a head alone' : 'send headers';
        throw new RequestFailure('unsent', `a kubectl for each request cannot ${what}; it needs a connection`);
      }
      const args = method === 'POST' ? ['create', '--raw', path, '-f', '-'] : undefined;
      const text =
        args === undefined ? await kubectl.read(['get', '--raw', path]) : await kubectl.run(args, body ?? '');
      return { status: 200, headers: {}, body: text };
    },
    async *lines(path, signal) {
      let read = 0;
      for (;;) {
        const isLast = signal.aborted;
        const text = await kubectl.read(['get', '--raw', path]);
        const lines = text.split('\n').filter((line) => line !== '');
        // The last line may still be written, until nobody writes any more.
        const whole = isLast || text.endsWith('\n') ? lines.length : lines.length - 1;
        for (; read < whole; read += 1) yield lines[read] ?? '';
        if (isLast) return;
        await delay(GROWING_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    },
    feed: createListFeed(api),
  };
}
