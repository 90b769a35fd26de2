import { readOpenSlo } from '../open-slo/read-open-slo.ts';
import type { SloReading } from './documents.ts';
import { readPyrra } from './pyrra.ts';
import { readSloth } from './sloth.ts';

/** One format of SLOs: a word that a file of it holds, and its reader. */
interface SloFormat {
  readonly word: string;
  readonly read: (text: string, file: string) => SloReading;
}

const FORMATS: readonly SloFormat[] = [
  { word: 'openslo/v1', read: readOpenSlo },
  { word: 'prometheus/v1', read: readSloth },
  { word: 'sloth.slok.dev/v1', read: readSloth },
  { word: 'pyrra.dev/v1alpha1', read: readPyrra },
];

/** Words by which files with SLOs are found. */
export const SLO_WORDS: readonly string[] = FORMATS.map(({ word }) => word);

/** Reads the SLOs of a file in whatever formats it holds. Errors: `evidence.unreadable`, and those of the guarded YAML reader. */
export function readSlos(text: string, file: string): SloReading {
  const readers = new Set(FORMATS.filter(({ word }) => text.includes(word)).map(({ read }) => read));
  const readings = [...readers].map((read) => read(text, file));
  return {
    slos: readings.flatMap((one) => one.slos),
    unconverted: readings.flatMap((one) => one.unconverted),
  };
}
