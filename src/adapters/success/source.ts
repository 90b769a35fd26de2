import type { SuccessSource } from '../../ports/success-source.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { readCsv } from './csv.ts';
import { readHttp } from './http.ts';

/** What the sources work through. */
export interface SuccessSourceOptions {
  /** Where the names in `connectionFrom` and `tokenFrom` are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workspace: Pick<Workspace, 'read'>;
  readonly fetch?: typeof fetch;
}

/** The success-source port on PostgreSQL, HTTP and CSV files. The database client is loaded only where a plan asks for it. */
export function createSuccessSource(options: SuccessSourceOptions): SuccessSource {
  return {
    async read(source, day) {
      switch (source.kind) {
        case 'sql': {
          const { readSql } = await import('./sql.ts');
          return readSql(source, day, options.env);
        }
        case 'http':
          return readHttp(source, day, options);
        case 'csv':
          return readCsv(source, day, options.workspace);
      }
    },
  };
}
