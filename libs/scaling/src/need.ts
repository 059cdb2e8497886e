/** The forecast reaches over the next boot; before one was measured it is taken to be this long, in seconds. */
export const ASSUMED_BOOT_SECONDS = 120;

/** Standard deviations of the number of clients that the nodes must have room for, below the threshold. */
const NOISE_SIGMAS = 3;
/** A trend adds at most as much again as there is. */
const MAX_GROWTH = 1;

export interface NeedInput {
  /** Demand now, in nodes' worth of load. */
  readonly demandNodes: number;
  /** How fast it grows, in nodes a second. */
  readonly slope: number;
  readonly bootSeconds: number | null;
  /** Credentials whose load this is; `null` when nothing tells. */
  readonly credentials: number | null;
  /** Utilization that nodes are planned for, and from which the region counts as full. */
  readonly target: number;
  readonly threshold: number;
}

export interface Need {
  /** In nodes' worth of load: what demand will be when a node ordered now serves, and room for chance. */
  readonly forecast: number;
  readonly margin: number;
  /** Nodes. */
  readonly nodes: number;
}

/**
 * Nodes a region needs, by Little's law over the boot time: ceil((forecast + margin) ÷ target), where
 *
 * 1. the forecast is demand now plus its growth over the next boot time, if it grows;
 * 2. clients come by chance, n of them give or take √n: the margin is what of three such deviations does not fit
 *    between target and threshold. Large regions need none.
 */
export function nodesNeeded({
  demandNodes,
  slope,
  bootSeconds,
  credentials,
  target,
  threshold,
}: NeedInput): Need {
  const growth = Math.max(0, slope) * (bootSeconds ?? ASSUMED_BOOT_SECONDS);
  const forecast = demandNodes + Math.min(growth, MAX_GROWTH * demandNodes);
  const noise = credentials && credentials > 0 ? (NOISE_SIGMAS * forecast) / Math.sqrt(credentials) : 0;
  const isRoomy = threshold > target;
  const margin = Math.max(0, isRoomy ? ((forecast + noise) * target) / threshold - forecast : noise);
  const capped = Math.min(margin, forecast);
  return { forecast, margin: capped, nodes: Math.max(0, Math.ceil((forecast + capped) / target - 1e-9)) };
}
