import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Environment variables. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Git's user, as `git var GIT_AUTHOR_IDENT` says it, where that can be said without asking git: starting it takes as long as the rest
 * of `relctl status`. For whoever only looks; who acts asks git.
 * @param root absolute path of an ordinary work tree
 * @returns `undefined` where only git knows: an included file, a condition, a value with escapes; or where nobody is named, since `EMAIL` and the host's name say nothing certain
 */
export async function plainIdentity(root: string, env: Environment): Promise<string | undefined> {
  if (Object.keys(env).some((name) => name.startsWith('GIT_CONFIG'))) return undefined;
  if (env.GIT_AUTHOR_EMAIL) return env.GIT_AUTHOR_EMAIL;
  const home = env.HOME !== undefined && isAbsolute(env.HOME) ? env.HOME : homedir();
  const files = [
    join(root, '.git', 'config'),
    join(home, '.gitconfig'),
    join(env.XDG_CONFIG_HOME || join(home, '.config'), 'git', 'config'),
    '/etc/gitconfig',
  ];
  const read = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const found = read.map(emailsIn);
  if (found.includes('asks git')) return undefined;
  const emails = found.filter((one) => one !== 'asks git');
  return emails.find(({ author }) => author)?.author ?? emails.find(({ user }) => user)?.user;
}

interface Emails {
  readonly author?: string;
  readonly user?: string;
}

/** Addresses of a file in the format of git-config(1), as far as it is as plain as `git config` writes it. */
function emailsIn(text: string): Emails | 'asks git' {
  if (/^\s*\[\s*include/im.test(text)) return 'asks git';
  const found: { author?: string; user?: string } = {};
  let section = '';
  for (const line of text.split('\n')) {
    const [, name] = /^\s*\[\s*([^\]"]*?)\s*(?:"[^"]*"\s*)?\]/.exec(line) ?? [];
    if (name !== undefined) section = /^\s*\[[^\]]*"/.test(line) ? '' : name.toLowerCase();
    if ((section !== 'user' && section !== 'author') || !/\bemail\b/i.test(line)) continue;
    const [, email] = /^\s*email\s*=\s*([^\s"\\#;]+)\s*$/i.exec(line) ?? [];
    if (email === undefined) return 'asks git';
    found[section] = email;
  }
  return found;
}
