import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openCompany } from '../../support/company.ts';
import { Outputs } from '../../support/hostile/outputs.ts';
import { hostileText } from '../../support/hostile/payload.ts';
import { putText, textsAt } from '../../support/hostile/schema-texts.ts';
import { entire, isNeeded, PLAN_TEXTS, poison, wordOf } from '../../support/hostile/whole-plan.ts';
import { SAMPLE_FILE, SAMPLE_ID, sampleHead, type WrittenPlan, writtenYaml } from '../../support/sample-plan.ts';

const wholePlan = () => parse(sampleHead(entire)) as WrittenPlan;

describe('every text of a plan', () => {
  it('is known: it stands in the plan that is tried', () => {
    const document = wholePlan();
    const missing = PLAN_TEXTS.filter((path) => textsAt(document, path).length === 0);
    expect(missing.map((path) => path.join('.'))).toEqual([]);
  });

  it('is text where it keeps a release from going on', async () => {
    const company = await openCompany({ onDisk: true });
    try {
      const outputs = new Outputs(company.git.root);
      const { commit } = (await company.plan()).spec.candidate;
      for (const path of PLAN_TEXTS.filter(isNeeded)) {
        const document = wholePlan();
        document.spec.candidate.commit = commit;
        // What has one form only cannot be made hostile.
        const [place] = textsAt(document, path);
        if (place === undefined || !poison(document, place.path, wordOf(path))) continue;
        writeFileSync(join(company.git.root, SAMPLE_FILE), writtenYaml(document));
        for (const argv of [['status', SAMPLE_ID], ['plan', SAMPLE_ID, '--check'], ['packet', SAMPLE_ID], ['list']]) {
          await outputs.say(argv);
        }
      }
      expect(outputs.looked).toBeGreaterThan(50);
      outputs.paste();
      expect(outputs.faults).toEqual([]);
    } finally {
      company.close();
    }
  });

  it('is text in the error about a place where it may not stand', async () => {
    const company = await openCompany({ onDisk: true });
    try {
      const outputs = new Outputs(company.git.root);
      for (const path of PLAN_TEXTS) {
        const document = wholePlan();
        const [place] = textsAt(document, path);
        if (place === undefined || poison(structuredClone(document), place.path, wordOf(path))) continue;
        putText(document, place.path, hostileText(wordOf(path)));
        writeFileSync(join(company.git.root, SAMPLE_FILE), writtenYaml(document));
        await outputs.say(['status', SAMPLE_ID]);
      }
      expect(outputs.looked).toBeGreaterThan(30);
      outputs.paste();
      expect(outputs.faults).toEqual([]);
    } finally {
      company.close();
    }
  });
});
