/** Why a client was served where it was. */
export const PLACEMENT_REASONS = ['nearest', 'spillover', 'required', 'preferred', 'fallback'] as const;
export type PlacementReason = (typeof PLACEMENT_REASONS)[number];
