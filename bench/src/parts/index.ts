import type { Part } from '../suite/part.js';
import { grpc } from './grpc.js';
import { http } from './http.js';
import { live } from './live.js';
import { nats } from './nats.js';
import { placement } from './placement.js';
import { processes } from './processes.js';
import { replay } from './replay.js';
import { seed } from './seed.js';
import { start } from './start.js';

/** In the order in which they run. */
export const PARTS: readonly Part[] = [placement, http, processes, grpc, nats, seed, live, start, replay];
