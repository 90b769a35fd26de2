import { parseArgs } from 'node:util';
import { type Forgery, type Tried, tryForgery } from './forgery.ts';
import { generatedUnsigned } from './generated.ts';
import { sealHonest } from './honest.ts';
import { type ForgeryLab, openForgeryLab } from './lab.ts';
import { OUTCOMES } from './outcomes.ts';
import { RELAXING_AFTER } from './relaxing.ts';
import { FORGERIES, forgeryTable } from './table.ts';

/** Forges a signed release in every known way, and signs honestly many times; exits 1 when anything was accepted. */
const { values } = parseArgs({ args: process.argv.slice(3), options: { honest: { type: 'string', default: '1000' } } });
const honest = Number(values.honest);
if (!Number.isInteger(honest) || honest < 0) throw new Error('--honest must be a whole number');
const command = `npm run bench -- --write forgeries --honest ${honest}`;
const { text, allRefused } = await runForgeries({ honest, command }, (line) => console.error(line));
process.stdout.write(text);
process.exitCode = allRefused ? 0 : 1;

/** What to try. */
interface ForgeryRun {
  readonly honest: number;
  /** The command that repeats the run, for the report. */
  readonly command: string;
}

/** Tries every forgery and many honest sign-offs; the report is Markdown. */
async function runForgeries(
  run: ForgeryRun,
  tell: (line: string) => void,
): Promise<{ readonly text: string; readonly allRefused: boolean }> {
  const lab = await openForgeryLab();
  try {
    const before = await lab.look();
    const tried = [...(await tryAll(lab, FORGERIES, tell)), ...(await tryOutcomes(tell)), ...(await tryUnsigned(tell))];
    const refusedHonest = await sealHonest(lab, run.honest, (done) => {
      if (done % 100 === 0) tell(`${done} of ${run.honest} honest sign-offs`);
    });
    for (const line of refusedHonest) tell(`HONEST REFUSED: ${line}`);
    const after = await lab.look();
    const accepted = tried.filter((one) => !one.refused).length;
    const isHonestFine = [before, after].every((look) => look.findings.length === 0 && look.refusedBy.length === 0);
    return {
      text: report(run, tried, accepted, refusedHonest.length, isHonestFine),
      allRefused: accepted === 0 && refusedHonest.length === 0 && isHonestFine,
    };
  } finally {
    lab.close();
  }
}

async function tryAll(
  lab: ForgeryLab,
  forgeries: readonly Forgery[],
  tell: (line: string) => void,
): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  for (const forgery of forgeries) {
    const one = await tryForgery(lab, forgery);
    if (!one.refused)
      tell(`NOT REFUSED: ${one.kind}, ${one.field}: ${one.wanted} expected, ${one.found.join(', ')} found`);
    tried.push(one);
    if (tried.length % 20 === 0) tell(`${tried.length} of ${forgeries.length} forgeries`);
  }
  return tried;
}

/** A release that was deployed, up to the end of its hypercare. */
async function tryOutcomes(tell: (line: string) => void): Promise<readonly Tried[]> {
  const lab = await openForgeryLab(true, 'hypercare');
  try {
    return await tryAll(lab, [...OUTCOMES, ...RELAXING_AFTER], tell);
  } finally {
    lab.close();
  }
}

/** A company that does not sign is walked and forged as well: what it promises is the order of the process. */
async function tryUnsigned(tell: (line: string) => void): Promise<readonly Tried[]> {
  const lab = await openForgeryLab(false);
  try {
    return await tryAll(lab, generatedUnsigned(), tell);
  } finally {
    lab.close();
  }
}

function report(run: ForgeryRun, tried: readonly Tried[], accepted: number, refused: number, isFine: boolean): string {
  const kinds = new Set(tried.map((one) => one.kind)).size;
  const codes = new Set(tried.map((one) => one.wanted)).size;
  return [
    '# Forgeries that are refused',
    '',
    `Made by \`${run.command}\`. A release that is ready to be deployed, with real keys and the real ssh-keygen, is forged in ${kinds} kinds on ${tried.length} fields; each must be refused with its own code (${codes} codes), and either count for nothing or keep the next step shut.`,
    '',
    `- Forgeries accepted: **${accepted}** of ${tried.length}`,
    `- Honest sign-offs refused: **${refused}** of ${run.honest}`,
    `- The honest release before and after: ${isFine ? 'no finding, may be deployed' : '**refused**'}`,
    '',
    'Where nothing is signed, whoever may write the file can approve, and a history that is made up in order is as good as any other. What is tried there (rows that begin with “unsigned”) are histories that the process cannot have written.',
    '',
    'A forger here can write every file of the repository and its branches other than the protected one, has keys of their own, and may hold roles that they were given. What each code means is in `src/domain/signing/faults.ts`.',
    '',
    forgeryTable(tried),
    '',
  ].join('\n');
}
