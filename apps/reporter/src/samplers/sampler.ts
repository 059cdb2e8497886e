import type { LoggerService } from '@nestjs/common';
import type { Heartbeat } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import type { z } from 'zod';
import type { Software } from '../relay/software.js';

/** `null` means "could not be measured": unknown is never zero. */
export type Load = Heartbeat['load'];

/** What one sampler found out. It leaves out what it does not measure at all. */
export interface Sample extends Readonly<Partial<Load>> {
  readonly software?: Software;
  /** Why something is `null`. Logged whenever the text changes, so it holds no varying numbers and no secret. */
  readonly problem?: string;
}

/** One way to measure a node. */
export interface Sampler {
  readonly name: string;
  /**
   * Whether it asks the server itself or only looks at the machine. A server that is not checked by STUN counts
   * as serving while a sampler that asks it gets answers.
   */
  readonly asks: 'server' | 'machine';
  /** Its values are made up, and are added to what the others measure. */
  readonly isSynthetic?: true;
  /**
   * Measures once. `signal` aborts when the time for it is over; what is not known by then is unknown.
   * @throws {Error} when nothing could be measured; the message says why, under the rules of `Sample.problem`.
   */
  sample(signal: AbortSignal): Promise<Sample>;
  /** Lets go of connections. */
  close?(): void;
}

/** What a sampler may know and use of the reporter it belongs to. */
export interface SamplerSurroundings {
  readonly node: Pick<Heartbeat, 'region' | 'nodeId'>;
  readonly bus: Pick<Bus, 'respond'>;
  readonly logger: Pick<LoggerService, 'log' | 'warn'>;
}

/** What the variables are read as; zod's own type for none of them takes no object at all. */
type ConfigOf<Variables extends z.ZodRawShape> = keyof Variables extends never
  ? object
  : z.infer<z.ZodObject<Variables>>;

/** A sampler as the registry knows it: its variables, and how to make one of them. */
export interface SamplerDefinition<Variables extends z.ZodRawShape> {
  readonly variables: Variables;
  /** Variables that must be set when the sampler is chosen. */
  readonly needs: readonly (keyof Variables & string)[];
  create(config: ConfigOf<Variables>, surroundings: SamplerSurroundings): Sampler;
}

/** Ties the type of `create`'s argument to the variables. */
export const defineSampler = <Variables extends z.ZodRawShape>(
  definition: SamplerDefinition<Variables>,
): SamplerDefinition<Variables> => definition;
