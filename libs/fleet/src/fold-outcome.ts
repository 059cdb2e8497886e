/**
 * What became of an entry. All but `applied` are worth counting; of these, `unknown-region` and `old-generation` (from
 * an autoscaler that another has followed) say where it came from, and it may have been folded all the same.
 */
export type FoldOutcome =
  'applied' | 'ignored' | 'old-sequence' | 'old-generation' | 'unknown-region' | 'fleet-full';
