import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FailureKind, RequestFailure } from '../../../../src/adapters/kubectl/failure.ts';
import { type Fate, writeOnce } from '../../../../src/adapters/kubectl/guarded-write.ts';

/** What happens to one request: it gets through, it is lost on the way there, its answer is lost, or it is refused. */
type Trouble = 'none' | 'lost-before' | 'lost-after' | 'unsent' | 'throttled' | 'rejected';

/** A store of one object with versions, behind a network with the given troubles; a write needs the version it expects. */
function world(troubles: readonly Trouble[], intruder?: { readonly beforeRequest: number }) {
  let version = 1;
  let content = 'before';
  let request = 0;
  let effects = 0;
  const trouble = (): Trouble => {
    if (request === intruder?.beforeRequest) {
      version += 1;
      content = 'theirs';
    }
    request += 1;
    return troubles[request - 1] ?? 'none';
  };
  const fail = (kind: FailureKind) => new RequestFailure(kind, kind);
  return {
    effects: () => effects,
    content: () => content,
    requests: () => request,
    write: {
      subject: 'ConfigMap x',
      look: 'kubectl get configmap x',
      pause: async () => undefined,
      async attempt(): Promise<string> {
        const now = trouble();
        if (now === 'lost-before') throw fail('unknown');
        if (now === 'unsent' || now === 'throttled' || now === 'rejected') throw fail(now);
        if (version !== 1) throw fail('conflict');
        version += 1;
        content = 'ours';
        effects += 1;
        if (now === 'lost-after') throw fail('unknown');
        return content;
      },
      async readBack(): Promise<Fate<string>> {
        if (trouble() !== 'none') throw fail('unsent');
        if (content === 'ours') return { happened: true, result: content };
        return version === 1 ? { happened: false } : { happened: 'unknowable' };
      },
    },
  };
}

const code = (error: unknown) => (error as { code?: string }).code ?? (error as RequestFailure).failure;

describe('writeOnce', () => {
  it('repeats what was not sent, and takes a definite no at once', async () => {
    const busy = world(['throttled', 'unsent']);
    await expect(writeOnce(busy.write)).resolves.toBe('ours');
    expect(busy.requests()).toBe(3);
    const refused = world(['rejected']);
    await expect(writeOnce(refused.write)).rejects.toMatchObject({ failure: 'rejected' });
    expect(refused.requests()).toBe(1);
  });

  it('reads back a write whose answer was lost, and does not do it twice', async () => {
    const store = world(['lost-after']);
    await expect(writeOnce(store.write)).resolves.toBe('ours');
    expect(store.effects()).toBe(1);
  });

  it('does again what turns out not to have happened', async () => {
    const store = world(['lost-before']);
    await expect(writeOnce(store.write)).resolves.toBe('ours');
    expect(store.requests()).toBe(3);
  });

  it('says ambiguous when it cannot read back, and when somebody else wrote meanwhile', async () => {
    await expect(writeOnce(world(['lost-after', 'unsent']).write)).rejects.toMatchObject({ code: 'cluster.ambiguous' });
    const overwritten = world(['lost-after'], { beforeRequest: 1 });
    await expect(writeOnce(overwritten.write)).rejects.toMatchObject({ code: 'cluster.ambiguous' });
  });

  it('never has two effects, never claims success without one, and gives a no only when there was none', async () => {
    const troubles = fc.array(
      fc.constantFrom<Trouble>('none', 'lost-before', 'lost-after', 'unsent', 'throttled', 'rejected'),
      { maxLength: 8 },
    );
    const intruder = fc.option(fc.record({ beforeRequest: fc.nat(6) }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(troubles, intruder, async (list, other) => {
        const store = world(list, other);
        const outcome = await writeOnce(store.write).then(
          () => 'done',
          (error) => code(error),
        );
        expect(store.effects()).toBeLessThanOrEqual(1);
        if (outcome === 'done') expect(store.effects()).toBe(1);
        else if (outcome !== 'cluster.ambiguous') expect(store.effects()).toBe(0);
        expect(store.requests()).toBeLessThanOrEqual(6);
      }),
    );
  });
});

describe('a conflict after a lost answer', () => {
  it('is told as one when reading back shows that nothing happened: the caller may try on a fresh version', async () => {
    const failures: FailureKind[] = ['unknown', 'conflict'];
    const write = writeOnce<string>({
      subject: 'Deployment web',
      look: 'kubectl get deployment web',
      pause: async () => undefined,
      attempt: () => Promise.reject(new RequestFailure(failures.shift() ?? 'rejected', 'no')),
      // Somebody else changed the status meanwhile, and the spec is as it was.
      readBack: async () => ({ happened: false }),
    });
    await expect(write).rejects.toMatchObject({ failure: 'conflict' });
    expect(failures).toEqual([]);
  });
});
