/** What stands between two of these is code: in what people write in a plan, and in what is drafted for them. */
const MARK = '`';

/** A command or a name in the middle of a sentence, which a packet shows as code. */
export const asCode = (text: string): string => MARK + text + MARK;

/** A text in parts, every second of which is code. A mark that stands alone is text. */
export const codeParts = (text: string): readonly string[] => text.split(/`([^`\n]+)`/);
