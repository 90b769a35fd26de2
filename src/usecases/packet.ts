import type { Outcome } from '../domain/outcome/outcome.ts';
import { packetDocument } from '../domain/packet/document.ts';
import { cabPacket } from './packet/build.ts';
import { observe } from './planning/check/observe.ts';
import type { Context } from './release/context.ts';
import { openRelease } from './release/open.ts';

/** The packet as it would be submitted now. Nothing is recorded; with `file` the page is written there. */
export async function previewPacket(
  context: Context,
  id: string,
  options: { readonly file?: string },
): Promise<Outcome> {
  const release = await observe(context, await openRelease(context, id));
  const { state, plan } = release.journal;
  const round = (state.cab?.round ?? 0) + (state.phase === 'draft' ? 1 : 0);
  const packet = await cabPacket(context, release, Math.max(1, round));
  const { markdown, html } = await context.documents.packet(packet);
  const data = { release: id, phase: state.phase, specDigest: plan.specDigest, findings: release.findings };
  if (options.file === undefined) {
    return {
      result: 'done',
      headline: `packet of ${id}`,
      blocks: [{ kind: 'verbatim', text: markdown, document: packetDocument(packet) }],
      data: { ...data, markdown },
    };
  }
  await context.workspace.write(options.file, html, { overwrite: true });
  return {
    result: 'done',
    headline: `the packet of ${id} is in ${options.file}`,
    blocks: [{ kind: 'facts', facts: [['file', options.file]] }],
    data: { ...data, file: options.file },
    simulated: context.environments.simulated,
  };
}
