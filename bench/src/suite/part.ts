import type { Figure } from './figure.js';

/** How much is measured: everything for as long as it takes, or just enough to see that it works. */
export interface Effort {
  readonly isSmoke: boolean;
  /** Tells what is being done. */
  readonly say: (what: string) => void;
}

/** One part of the suite. */
export interface Part {
  readonly name: string;
  readonly title: string;
  /** How it is measured, for the reader of the results. */
  readonly about: string;
  run(effort: Effort): Promise<readonly Figure[]>;
}
