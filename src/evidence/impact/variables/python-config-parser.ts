import { literalDefault, MOST_ALIASES, type UseCollector } from './use.ts';

/** An interpolation of a team's own, with what its methods do: the lines that are set in below it. */
const INTERPOLATION =
  /^class[ \t]+(\w+)[ \t]*\([ \t]*(?:configparser\.)?\w*Interpolation[ \t]*\)[ \t]*:((?:[^\n]*\n(?=[ \t]|\n))*[^\n]*)/gm;
const ASKS = /\bos\.(?:getenv|environ)\b/;
const PARSER = /\b(\w+)\s*=\s*(?:configparser\.)?\w*ConfigParser\([^()]*\binterpolation\s*=\s*(\w+)\b/g;

/**
 * Keys of a settings file whose parser asks the environment for what the file leaves empty: an interpolation of a team's own does so for each key
 * (https://docs.python.org/3/library/configparser.html#interpolation-of-values). `settings["mail"]["SMTP_HOST"]` then reads SMTP_HOST.
 */
export function addConfigParsers(text: string, uses: UseCollector): void {
  const asking = new Set(
    [...text.matchAll(INTERPOLATION)].filter(([, , body = '']) => ASKS.test(body)).map(([, name = '']) => name),
  );
  if (asking.size === 0) return;
  const parsers = [...text.matchAll(PARSER)].filter(([, , name = '']) => asking.has(name));
  for (const [, parser = ''] of parsers.slice(0, MOST_ALIASES)) {
    const key = new RegExp(
      String.raw`\b${parser}(?:\[\s*["'][^"'\n]*["']\s*\]\s*(?:\[|\.get\()|\.get\(\s*["'][^"'\n]*["']\s*,)\s*["']([A-Z][A-Z0-9_]+)["']\s*\]?`,
      'g',
    );
    for (const match of text.matchAll(key)) {
      const end = match.index + match[0].length;
      const at = match.index + match[0].lastIndexOf(match[1] ?? '');
      // The file may leave each of them empty.
      uses.add(match[1] ?? '', at, 'read', {
        value: literalDefault(text.slice(end, end + 200), !match[0].endsWith(']')) ?? '',
      });
    }
  }
}
