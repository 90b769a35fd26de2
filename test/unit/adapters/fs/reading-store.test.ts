import { mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPlanStore } from '../../../../src/adapters/fs/plan-store.ts';
import { createReadingStore } from '../../../../src/adapters/fs/reading-store.ts';
import { createRemembered } from '../../../../src/adapters/fs/remembered.ts';
import { phaseOf } from '../../../../src/domain/history/fold.ts';
import { refusal } from '../../../support/company.ts';
import { SAMPLE_ID, sampleHead } from '../../../support/sample-plan.ts';

let root: string;
let opened: number;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'relctl-reading-'));
  opened = 0;
  await whole().create(SAMPLE_ID, sampleHead());
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const whole = () => createPlanStore({ root, releases: 'releases', state: join(root, '.state'), phaseOf });
const file = () => join(root, 'releases', `${SAMPLE_ID}.yaml`);

/** A store as each new process opens it. */
function reading() {
  const remembered = createRemembered(join(root, '.state', 'cache'), 'build');
  return createReadingStore({ root, releases: 'releases', remembered }, async () => {
    opened += 1;
    return whole();
  });
}

describe('a plan that is read for looking at', () => {
  it('is the same the second time, without the whole store', async () => {
    const first = await reading().load(SAMPLE_ID);
    const second = await reading().load(SAMPLE_ID);
    expect(opened).toBe(1);
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    expect(second.place(['spec', 'window'])).toEqual({ file: `releases/${SAMPLE_ID}.yaml` });
    expect(first.place(['spec', 'window']).line).toBeGreaterThan(1);
  });

  it('is read anew after any change, and what cannot be read is refused as ever', async () => {
    await reading().load(SAMPLE_ID);
    const text = readFileSync(file(), 'utf8');
    writeFileSync(file(), text.replace('feature: ', 'feature: Better '));
    expect((await reading().load(SAMPLE_ID)).metadata.feature).toMatch(/^Better /);
    writeFileSync(file(), `${text}\nmore: keys\n`);
    expect(await refusal(reading().load(SAMPLE_ID))).toMatchObject({ code: 'plan.schema' });
  });

  it.each(['../x', 'absent', 'UPPER', 'con'])('is refused as the whole store does for %j', async (id) => {
    const said = await refusal(reading().load(id));
    expect(said).toMatchObject({ code: (await refusal(whole().load(id))).code });
  });

  it('is refused when it is a link out of the folder, also when what it leads to is remembered', async () => {
    await reading().load(SAMPLE_ID);
    const elsewhere = join(root, 'elsewhere.yaml');
    writeFileSync(elsewhere, readFileSync(file()));
    rmSync(file());
    symlinkSync(elsewhere, file());
    expect(await refusal(reading().load(SAMPLE_ID))).toMatchObject({ code: 'plan.outside-releases' });
  });
});

describe('summaries of all plans', () => {
  it('are remembered once the files have settled, and made anew when a file changes', async () => {
    expect(await reading().summaries()).toMatchObject([{ id: SAMPLE_ID }]);
    await reading().summaries();
    expect(opened).toBe(2);
    utimesSync(file(), new Date(2000, 0), new Date(2000, 0));
    // The time of the last change of the file itself cannot be set, so nothing is remembered of one that is as new as this.
    await reading().summaries();
    expect(opened).toBe(3);
  });
});
