import { regionControlKey, STATE_BUCKET } from '@spillway/contracts';

/** Another autoscaler has taken the region over. */
export class FencedError extends Error {
  readonly code = 'fenced';

  constructor(
    readonly region: string,
    /** Of the control state as it is stored. */
    readonly generation: number,
  ) {
    super(`${region} is under generation ${generation}: this autoscaler does not write there any more`);
    this.name = 'FencedError';
  }
}

/** A region's control state was written by a newer version, or by hand. The region is left alone. */
export class ControlUnreadableError extends Error {
  readonly code = 'control-unreadable';

  constructor(region: string, cause: unknown) {
    const key = regionControlKey(region);
    super(
      `The control state of ${region} (key ${key}) cannot be read, so the region is left alone. ` +
        `Run the newest version everywhere, or begin anew with: nats kv del ${STATE_BUCKET} ${key}`,
      { cause },
    );
    this.name = 'ControlUnreadableError';
  }
}
