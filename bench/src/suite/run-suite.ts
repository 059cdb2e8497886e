import { isMet, showTarget, showValue, type Figure } from './figure.js';
import { describeMachine } from './machine.js';
import type { Part } from './part.js';
import { saveResult } from './results.js';

export interface SuiteOptions {
  /** Names of the parts to run. */
  readonly only: readonly string[];
  readonly isSmoke: boolean;
  /** Where the results go; `undefined` for nowhere. */
  readonly folder: string | undefined;
}

export class UnknownPartError extends Error {
  readonly code = 'unknown-part';
  constructor(name: string, parts: readonly string[]) {
    super(`--only: there is no part "${name}"; use ${parts.join(', ')}`);
    this.name = 'UnknownPartError';
  }
}

/**
 * Runs parts one after the other and keeps the results of each at once; one that fails does not keep the others from it.
 * @returns whether all of them ran.
 * @throws {UnknownPartError}
 */
export async function runSuite(
  parts: readonly Part[],
  { only, isSmoke, folder }: SuiteOptions,
): Promise<boolean> {
  const names = parts.map(({ name }) => name);
  for (const name of only) if (!names.includes(name)) throw new UnknownPartError(name, names);
  let haveAllRun = true;
  for (const part of parts.filter(({ name }) => only.includes(name))) {
    const { name, title, about } = part;
    console.log(`\n${title}`);
    try {
      const figures = await part.run({ isSmoke, say: (what) => console.log(`  ${what} …`) });
      print(figures);
      const result = {
        name,
        title,
        about,
        at: new Date().toISOString(),
        machine: describeMachine(),
        figures,
      };
      if (folder !== undefined) saveResult(folder, result, names);
    } catch (error) {
      haveAllRun = false;
      console.error(`${name} could not be measured:`, error);
    }
  }
  return haveAllRun;
}

function print(figures: readonly Figure[]): void {
  for (const figure of figures) {
    const verdict = { true: '✓', false: '✗', undefined: ' ' }[`${isMet(figure)}`];
    const mustBe = figure.target ? ` (${showTarget(figure.target)})` : '';
    console.log(`${verdict} ${figure.what}: ${showValue(figure)}${mustBe}; ${figure.detail ?? ''}`);
  }
}
