import { cleanText } from '@spillway/log-archive';
import type { Facts, Sighting } from './incident-event.js';

/**
 * Without what has no place in a report that is handed on, as an archive has it: people write reasons, providers
 * errors, anybody messages that cannot be read.
 */
export function cleanSighting(sighting: Sighting): Sighting {
  const { text, facts } = sighting;
  return { ...sighting, text: cleanText(text).text, ...(facts && { facts: cleanFacts(facts) }) };
}

function cleanFacts(facts: Facts): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      typeof fact === 'string' ? cleanText(fact).text : fact,
    ]),
  );
}
