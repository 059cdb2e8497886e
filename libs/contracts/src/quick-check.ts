import { Ajv } from 'ajv';
import { z } from 'zod';

/** What JSON Schema says as exactly as zod does, with the options below. */
const TYPES = new Set(
  'object array string number boolean null literal enum nullable optional default'.split(' '),
);
const CHECKS = new Set([
  'string_format',
  'number_format',
  'min_length',
  'max_length',
  'greater_than',
  'less_than',
]);

/** The schema has a part that only zod can check. A mistake of the code that asked. */
export class QuickCheckError extends Error {
  readonly code = 'quick-check';
  constructor(path: readonly (string | number)[], what: string) {
    super(`${path.join('.') || 'the schema'} is beyond a quick check: ${what}`);
    this.name = 'QuickCheckError';
  }
}

export interface QuickCheckOptions {
  readonly fillsDefaults?: boolean;
  /** What becomes of members that the schema does not know. */
  readonly unknown?: 'remove' | 'refuse';
}

/**
 * Compiles a check that takes a sixth of the time of zod's: it says yes only to what the schema accepts, and has then
 * made of the payload what the schema would have made of it (defaults filled in, unknown members removed). To what it
 * says no, the schema has the last word, and the explanation.
 *
 * Where the schema refuses unknown members, in all of its objects, `unknown: 'refuse'` does so too.
 *
 * Where code must not be made at run time (`--disallow-code-generation-from-strings`) it says no to everything.
 * @throws {QuickCheckError} for a schema with refinements, transformations or unions.
 */
export function compileQuickCheck<T>(
  schema: z.ZodType<T>,
  { fillsDefaults = true, unknown = 'remove' }: QuickCheckOptions = {},
): (json: unknown) => json is T {
  if (!z.core.util.allowsEval.value) return (_json): _json is T => false;
  const ajv = new Ajv({
    removeAdditional: unknown === 'remove' && 'all',
    useDefaults: fillsDefaults,
    formats: { 'date-time': true, ipv4: true }, // zod's own patterns are beside them
    unicodeRegExp: false, // as zod's
    logger: false,
    // The schema is zod's: looking at it first takes as long as compiling it.
    validateSchema: false,
    meta: false,
  });
  return ajv.compile<T>(toJsonSchema(schema, unknown));
}

function toJsonSchema(schema: z.ZodType, unknown: QuickCheckOptions['unknown']): object {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-07',
    override: ({ zodSchema, path }) => {
      const { def } = zodSchema._zod;
      if (!TYPES.has(def.type)) throw new QuickCheckError(path, def.type);
      if (def.type === 'object' && unknownIn(def) !== unknown) {
        throw new QuickCheckError(path, 'what becomes of unknown members');
      }
      for (const check of def.checks ?? []) {
        if (!CHECKS.has(check._zod.def.check)) throw new QuickCheckError(path, check._zod.def.check);
      }
    },
  });
}

/** `undefined` for an object that keeps them, or checks them. */
function unknownIn(def: object): QuickCheckOptions['unknown'] {
  const catchall = 'catchall' in def ? def.catchall : undefined;
  if (catchall === undefined) return 'remove';
  return catchall instanceof z.ZodNever ? 'refuse' : undefined;
}
