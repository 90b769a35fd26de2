import type { ReleaseState } from '../../../domain/history/state.ts';
import type { SitePlace } from '../../../domain/report/site.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import { command } from '../../../text/command-line.ts';
import { html, lines } from '../writer.ts';
import { pageHtml } from './page.ts';
import { siteNav } from './site-nav.ts';
import { standing } from './standing.ts';

/** The plan of a release as its people wrote it: the text that approvals are bound to, without the record of what happened. */
export function planPage(
  plan: Pick<ReleasePlan, 'id' | 'file' | 'head' | 'metadata' | 'specDigest'>,
  state: Pick<ReleaseState, 'phase' | 'simulated'>,
  place: SitePlace,
): string {
  const { id, file, head, metadata, specDigest } = plan;
  const text = head
    .trimEnd()
    .split('\n')
    .map((line) => html`${line}`);
  const body = html`<header><h1>${metadata.feature}: the plan</h1>
${standing(state)}</header>
<section><h2>${file}</h2>
<pre class="plan" tabindex="0" role="region" aria-label="Text of the plan"><code>${lines(text)}</code></pre></section>`;
  const foot = html`Plan digest <code>${specDigest}</code>. Check it: <code>${command`relctl audit ${id}`}</code>.`;
  return pageHtml(`${metadata.feature}: the plan`, body, foot, siteNav(place));
}
