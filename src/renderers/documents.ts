import { packetDocument } from '../domain/packet/document.ts';
import type { Documents } from '../ports/documents.ts';

/** The documents, each with its own writer, which is loaded where it is needed: charts and calendars are large. */
export const DOCUMENTS: Documents = {
  async markdown(document) {
    return (await import('./markdown/writer.ts')).markdownOf(document);
  },
  async packet(packet) {
    const [{ packetPage }, { markdownOf }] = await Promise.all([
      import('./html/packet-page.ts'),
      import('./markdown/writer.ts'),
    ]);
    return { markdown: markdownOf(packetDocument(packet)), html: packetPage(packet) };
  },
  async report(model, place) {
    return (await import('./html/report/release-report.ts')).releaseReport(model, place);
  },
  async plan(plan, state, place) {
    return (await import('./html/report/plan-page.ts')).planPage(plan, state, place);
  },
  async portfolio(portfolio) {
    return (await import('./html/report/portfolio-report.ts')).portfolioReport(portfolio);
  },
  async invitation({ release, meeting, ...event }) {
    const { releaseCalendar } = await import('./ics.ts');
    const method = event.cancelled === true ? 'cancel' : 'request';
    return releaseCalendar([{ ...event, subject: release, kind: meeting }], method);
  },
  async calendar(entries) {
    const [{ releaseCalendar }, { calendarFileEvents }] = await Promise.all([
      import('./ics.ts'),
      import('./ics-agenda.ts'),
    ]);
    return releaseCalendar(calendarFileEvents(entries));
  },
};
