import type { Scenario } from '../engine/scenario.js';
import { BUSY_HOURS, faultTime, MINUTE_MS } from './windows.js';

const COUNTRY = 'GB';

export const flashCrowd: Scenario = {
  name: 'flash-crowd',
  title: 'six times the calls of one country for half an hour',
  window: BUSY_HOURS,
  script: (stage) => {
    const from = faultTime(stage);
    const isConcerned = ({ country }: { country: string }) => country === COUNTRY;
    return { surges: [{ from, to: from + 30 * MINUTE_MS, factor: 6, isConcerned }] };
  },
};
