import { blankRubyComments, blankTemplateComments } from '../comments.ts';
import { addHelperCalls, addLiterals } from './helpers.ts';
import { UseCollector, type VariableUse } from './use.ts';

const INDEX = /\bENV\[\s*(["'])(?<name>\w+)\1\s*\](?!\s*=(?![=~]))/g;
const WITHOUT_PARENTHESES = /\bENV\.(?:fetch|key\?|has_key\?|include\?|member\?|dig)\s+(["'])(?<name>\w+)\1/g;
const LOWER_CASE = /\bENV\.(?:fetch|key\?|has_key\?|include\?|dig)\(\s*(["'])(?<name>[a-z]\w*)\1/g;
const LISTS = /\b(?:ENV\.(?:values_at|slice|fetch_values)|Dotenv\.require_keys)[\s(]([^)\n]*)/g;

/** Environment variables that a Ruby file or an ERB template reads. */
export function rubyVariables(source: string): VariableUse[] {
  if (!/env|credentials/i.test(source)) return [];
  const text = blankTemplateComments(blankRubyComments(source));
  const uses = new UseCollector(text);
  for (const pattern of [INDEX, WITHOUT_PARENTHESES, LOWER_CASE]) uses.addMatches(text, pattern);
  for (const match of text.matchAll(LISTS)) addLiterals(match[1] ?? '', match.index, uses);
  for (const match of text.matchAll(/\bFigaro\.env\.([a-z]\w*)[!?]?/g)) {
    const name = match[1] ?? '';
    if (name !== 'require_keys') uses.add(name.toUpperCase(), match.index, 'read');
  }
  // Encrypted credentials are opened with the master key (guides.rubyonrails.org/security.html).
  for (const match of text.matchAll(/\bRails\.application\.credentials\b/g))
    uses.add('RAILS_MASTER_KEY', match.index, 'read');
  addHelperCalls(text, uses);
  return uses.uses;
}
