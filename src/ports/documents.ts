import type { Document } from '../domain/document/model.ts';
import type { ReleaseState } from '../domain/history/state.ts';
import type { Packet } from '../domain/packet/model.ts';
import type { ReportModel } from '../domain/report/model.ts';
import type { Portfolio } from '../domain/report/portfolio.ts';
import type { SitePlace } from '../domain/report/site.ts';
import type { AgendaEntry } from '../domain/schedule/agenda.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';

/**
 * Writes what people read and what is kept with a release. Whatever is in a document is text: no form lets it become a heading, a
 * link, a tag or a command to a terminal.
 */
export interface Documents {
  /** A document in Markdown: the review, the rehearsal, release notes, a report for a merge request. */
  markdown(document: Document): Promise<string>;
  /** The packet of the CAB in both forms in which it is kept. */
  packet(packet: Packet): Promise<{ readonly markdown: string; readonly html: string }>;
  /** The report of a release as one HTML page; by itself, or at a place in a site. */
  report(model: ReportModel, place?: SitePlace): Promise<string>;
  /** The plan of a release as a page of a site. */
  plan(plan: ReleasePlan, state: Pick<ReleaseState, 'phase' | 'simulated'>, place: SitePlace): Promise<string>;
  /** The page over all releases. */
  portfolio(portfolio: Portfolio): Promise<string>;
  /** A meeting, as an iCalendar file that calendars take as an invitation. */
  invitation(invitation: Invitation): Promise<string>;
  /** The calendar of releases, as an iCalendar file. */
  calendar(entries: readonly AgendaEntry[]): Promise<string>;
}

/** A meeting that people are invited to. */
export interface Invitation {
  /** Id of the release; with the kind of meeting it stands for the entry for ever. */
  readonly release: string;
  readonly meeting: 'review' | 'window' | 'cab-meeting';
  readonly summary: string;
  readonly description: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly organizer: string;
  readonly attendees: readonly string[];
  /** Rises with each version of the entry. */
  readonly sequence: number;
  /** When this version was made, milliseconds since the epoch. */
  readonly stamp: number;
  /** True where the entry is taken away again. */
  readonly cancelled?: boolean;
}
