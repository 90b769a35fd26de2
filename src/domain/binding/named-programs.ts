import type { Config } from '../../plan/config.ts';
import { command } from '../../text/command-line.ts';

/** Fields of relctl.yaml that hold an argument list: `command`, `credentialsCommand`, and what is added later in the same way. */
const ARGUMENT_LIST = /^(?:command|[a-z]+Command)$/;

/**
 * The command lines that relctl.yaml names, in its order, each once; a kubeconfig that lies in the repository stands for the programs
 * that it may start.
 * @param isOwn whether a path leads into the repository
 */
export function namedPrograms(config: Config, isOwn: (path: string) => boolean): readonly string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      if (ARGUMENT_LIST.test(key) && isArgumentList(item)) found.add(command`${item}`);
      else if (key === 'kubeconfig' && typeof item === 'string' && isOwn(item)) {
        found.add(command`kubectl --kubeconfig=${item}, with the credential plugins that it names`);
      } else visit(item);
    }
  };
  visit(config);
  return [...found];
}

/** Every argument list below a value. */
export function argumentLists(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    ARGUMENT_LIST.test(key) && isArgumentList(item) ? [item] : argumentLists(item),
  );
}

function isArgumentList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}
