import type { Part } from '../suite/part.js';
import { http } from './http.js';
import { placement } from './placement.js';

/** In the order in which they run. */
export const PARTS: readonly Part[] = [placement, http];
