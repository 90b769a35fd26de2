import { byEnding } from '../../src/evidence/impact/variables/detector.ts';

/** A detector of variables as somebody outside of relctl would add it: `NAME = %(ENV_NAME)s`, as supervisord writes it. */
export const ini = byEnding('ini', '.ini', (text) =>
  text.split('\n').flatMap((line, index) => {
    const name = /%\(ENV_([A-Z_]+)\)s/.exec(line)?.[1];
    return name === undefined ? [] : [{ name, line: index + 1, how: 'read' as const }];
  }),
);
