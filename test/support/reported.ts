import type { ReportModel } from '../../src/domain/report/model.ts';
import { releaseReport } from '../../src/renderers/html/report/release-report.ts';
import { reportModel } from '../../src/usecases/report/model.ts';
import { type Company, type CompanyOptions, openCompany } from './company.ts';
import { toProduction, walkTo } from './company-walk.ts';

/** A history that ended, with the report of it. */
export interface Reported {
  readonly company: Company;
  readonly model: ReportModel;
  readonly html: string;
}

/** A release that went well, or one whose canary had a fault of the sandbox and was taken back. */
export async function reported(
  fault?: Parameters<Company['sandbox']['faults']['set']>[0],
  options: CompanyOptions = {},
): Promise<Reported> {
  const company = await openCompany(options);
  await walkTo(company, fault === undefined ? 'closed' : 'ready');
  if (fault !== undefined) {
    await company.advanceToWindow();
    company.sandbox.faults.set(fault, true);
    await toProduction(company);
  }
  return told(company);
}

/** The report of a company's release as it stands. */
export async function told(company: Company): Promise<Reported> {
  const model = await reportModel(company.as('anyone@example.com'), company.id);
  return { company, model, html: releaseReport(model) };
}
