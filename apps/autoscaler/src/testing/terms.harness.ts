import { Term } from '../lease/term.js';

/** A term that goes on until told otherwise. */
export function aTerm(generation = 1): Term {
  return new Term(generation, () => true);
}
