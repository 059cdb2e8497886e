/** What a line is that is no JSON. */
export const NO_JSON = Symbol('no JSON');

/**
 * The values of lines of JSON, `NO_JSON` where one is none. All at one go, which takes a tenth less than one by one and
 * does for a file that is whole. Lines that are JSON only together, as many as there are values, are taken for values:
 * the file's checksum is there for such.
 */
export function parseLines(lines: readonly string[]): readonly unknown[] {
  const values = parse(`[${lines.join(',')}]`);
  return Array.isArray(values) && values.length === lines.length ? values : lines.map(parse);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NO_JSON;
  }
}
