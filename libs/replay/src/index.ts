export { LogReplay } from './log-replay.js';
export type { ReplayListener, RunName } from './replay-listener.js';
export { Retained } from './retained.js';
export type { ComparedField, Doubt, Verdict } from './verdict.js';
export type { Answer, Change, WhatIfListener } from './what-if/change.js';
export { WhatIf } from './what-if/what-if.js';
