export { LogReplay } from './log-replay.js';
export type { ReplayListener, RunName } from './replay-listener.js';
export { Retained } from './retained.js';
export type { ComparedField, Doubt, Verdict } from './verdict.js';
