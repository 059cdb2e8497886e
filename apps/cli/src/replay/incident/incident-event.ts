/** How much an event matters to whoever is called at night; a `detail` is shown on demand. */
export const LEVELS = ['alarm', 'notice', 'detail'] as const;
export type Level = (typeof LEVELS)[number];

/** Everything that a timeline tells: stable names, with their level and what they mean. */
export const INCIDENT_KINDS = {
  'node-booting': ['detail', 'A node was heard for the first time and takes no clients yet.'],
  'node-joined': ['notice', 'A node is in service for the first time.'],
  'node-suspect': [
    'detail',
    'A node was not heard for two and a half of its intervals; it is still handed out.',
  ],
  'node-lost': ['alarm', 'A node was not heard for five of its intervals: it is not handed out any more.'],
  'node-back': ['notice', 'A node that was lost is heard again.'],
  'node-forgotten': [
    'detail',
    'A node that was lost has been silent for so long that it is not counted any more.',
  ],
  'node-replaced': ['notice', 'A node was rebuilt: another instance bears its name.'],
  'relay-down': ['alarm', 'A node is heard and its relay does not answer.'],
  'relay-up': ['notice', 'The relay of a node answers again.'],
  'reporter-restarted': ['detail', 'The reporter of a node was started anew.'],
  'node-stopped': ['notice', 'A node was stopped in good order.'],
  'drain-ordered': ['notice', 'A node was ordered to take no new clients.'],
  'undrain-ordered': ['notice', 'A node that drains was ordered to take clients again.'],
  'node-draining': ['notice', 'A node takes no new clients.'],
  'node-drained': ['notice', 'A drain is over: the last session has ended, or its time was up.'],
  'node-undrained': ['notice', 'A node that drained takes clients again.'],
  'order-expired': ['alarm', 'A node did not begin to obey an order in time.'],
  'region-empty': ['alarm', 'No node of a region can be handed out.'],
  'region-served': ['notice', 'A region that had no node to hand out has one again.'],
  'region-unknown': ['notice', 'Something speaks of a region that the policy does not name.'],
  'overload-entered': ['alarm', 'The demand of a region has been at its threshold for the dwell time.'],
  'overload-cleared': ['notice', 'A region is overloaded no more.'],
  'price-rose': ['notice', 'A place in a region has become dearer.'],
  'price-fell': ['notice', 'A place in a region has become cheaper.'],
  'spill-rose': ['notice', 'More of the clients of a region are served elsewhere.'],
  'spill-fell': ['notice', 'Fewer of the clients of a region are served elsewhere.'],
  refusals: ['alarm', 'Clients are served nowhere.'],
  'refusals-ended': ['notice', 'Clients are served again.'],
  'plan-made': ['notice', 'The autoscaler committed a plan for the size of a region.'],
  'plan-executing': ['detail', 'A plan is being carried out.'],
  'plan-done': ['notice', 'A plan was carried out.'],
  'plan-failed': ['alarm', 'A plan could not be carried out.'],
  'plan-held': ['detail', 'Nothing is done about the size of a region, for other reasons than before.'],
  'plan-advised': [
    'notice',
    'What would have been done about the size of a region, had it not been a dry run.',
  ],
  'policy-changed': ['notice', 'Another policy is in force.'],
  'leader-changed': ['notice', 'Another autoscaler acts.'],
  'leader-outlived': ['detail', 'An autoscaler that another has followed is still heard.'],
  'prices-stale': ['alarm', 'The autoscaler is silent: routers hold its prices, and let them fall to zero.'],
  'prices-renewed': ['notice', 'The autoscaler tells prices again.'],
  'router-started': ['notice', 'A router has begun.'],
  'router-silent': ['alarm', 'A router gives no sign of life.'],
  'router-back': ['notice', 'A router that was silent is heard again.'],
  'router-cut-off': ['alarm', 'A router lost its link to the log and answers from memory.'],
  'router-linked': ['notice', 'A router has its link to the log again.'],
  'router-missed': ['alarm', 'Decisions of a router are not on the log, or it missed a part of the log.'],
  'bus-suspect': ['alarm', 'Most of the fleet fell silent at once: the bus is suspected, the view is kept.'],
  'bus-trusted': ['notice', 'The bus is not suspected any more.'],
  'log-gap': ['alarm', 'A part of the log is missing.'],
  'log-silent': ['alarm', 'Nothing at all was written to the log, though routers were alive.'],
  'clock-back': [
    'alarm',
    'The clock of the log went back: until it has caught up, everything bears one time.',
  ],
  unreadable: ['notice', 'The log holds messages that this version cannot read.'],
} as const satisfies Record<string, readonly [Level, string]>;

export type IncidentKind = keyof typeof INCIDENT_KINDS;

export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** What a watch has seen. */
export interface Sighting {
  readonly kind: IncidentKind;
  /** In plain words, without the time and the region. */
  readonly text: string;
  readonly region?: string;
  readonly router?: string;
  /** Some of the nodes it is about, and how many there are. */
  readonly nodes?: readonly string[];
  readonly count?: number;
  /** The same for programs. */
  readonly facts?: Facts;
}

/** One line of a timeline. */
export interface IncidentEvent extends Sighting {
  /** Log time in ms since the epoch. */
  readonly atMs: number;
  /** Of the last entry that had been read. */
  readonly position: number;
  readonly level: Level;
}

export type Tell = (sighting: Sighting) => void;
