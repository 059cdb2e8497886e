/** One machine, container or process that a provider runs for a region. */
export interface Instance {
  /** The `instanceId` its reporter says in its heartbeats. */
  readonly instanceId: string;
  /** `booting` until the provider calls it up; whether its node serves is what heartbeats tell. */
  readonly phase: 'booting' | 'running' | 'ending';
}

/** What a provider has for a region. */
export interface Inventory {
  readonly instances: readonly Instance[];
}
