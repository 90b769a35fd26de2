import { emptyForm, type Form } from '../../domain/ballot/form.ts';
import type { DocumentBlock } from '../../domain/document/model.ts';

/** The lines of a form, to be copied. */
export function formLines(form: Form): DocumentBlock {
  return { kind: 'lines', lines: emptyForm(form) };
}
