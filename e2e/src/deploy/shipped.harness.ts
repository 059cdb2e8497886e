import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export const readShipped = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** For what must be there when a file is as it should be. */
export function missing(what: string): never {
  throw new Error(`${what} is missing`);
}

export interface Variable {
  readonly default: string;
  readonly isRequired: boolean;
}

/** The variables of a process by name, those of secrets also as `<NAME>_FILE`: its generated reference. */
export function variablesOf(app: string): Map<string, Variable> {
  const rows = readShipped(`docs/reference/${app}-config.md`).matchAll(/^\| (`[A-Z][^|]+) \| ([^|]+) \|/gm);
  return new Map(
    [...rows].flatMap(([, names = '', cell = '']) => {
      const variable = { default: cell.replaceAll('`', '').trim(), isRequired: cell.trim() === 'required' };
      return [...names.matchAll(/[A-Z_0-9]{2,}/g)].map(([name]): [string, Variable] => [name, variable]);
    }),
  );
}
