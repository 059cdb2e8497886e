export { deriveDecision, type Derivation, type DeriveOptions } from './derive-decision.js';
export { explainDecision } from './explain-decision.js';
export { findById, type FoundById, type NotFound } from './find-by-id.js';
export { findByNode, type NodeAt } from './find-by-node.js';
export { findByUsername, parseUsername, type FoundByUsername, type Username } from './find-by-username.js';
export { findMatching, isFor, type FoundDecisions } from './find-matching.js';
export type { FoundDecision } from './found-decision.js';
export type { Positions, SearchedLog, SearchOptions } from './searched-log.js';
