import { MemoryBus } from '@spillway/messaging';
import type { SamplerSurroundings } from '../samplers/sampler.js';

/** For samplers that need none of them. */
export function nowhere(): SamplerSurroundings {
  const ignore = () => undefined;
  return {
    node: { region: 'eu', nodeId: 'a1' },
    bus: new MemoryBus(),
    logger: { log: ignore, warn: ignore },
  };
}
