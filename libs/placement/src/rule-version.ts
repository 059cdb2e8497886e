/**
 * The version of everything a decision follows from: the fold of the log, the prices, the placement, the estimate of
 * round-trip times. Written with every batch of decisions; count it up with any change that may turn out otherwise for
 * the same log, for what was decided by other rules cannot be derived again by these.
 */
export const RULE_VERSION = 3;
