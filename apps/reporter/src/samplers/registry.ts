import type { z } from 'zod';
import { coturnCli } from './coturn-cli.js';
import { coturnPrometheus } from './coturn-prometheus.js';
import { eturnal } from './eturnal.js';
import { file } from './file.js';
import { host } from './host.js';
import { http } from './http.js';
import type { Sampler, SamplerSurroundings } from './sampler.js';
import { synthetic } from './synthetic.js';

/** Every sampler there is, by the name `SAMPLERS` lists it under. */
export const SAMPLERS = {
  'coturn-prometheus': coturnPrometheus,
  'coturn-cli': coturnCli,
  eturnal,
  host,
  file,
  http,
  synthetic,
} as const;

/** Their variables together. */
export const samplerVariables = {
  ...coturnPrometheus.variables,
  ...coturnCli.variables,
  ...eturnal.variables,
  ...host.variables,
  ...file.variables,
  ...http.variables,
  ...synthetic.variables,
};
export type SamplerConfig = z.infer<z.ZodObject<typeof samplerVariables>>;

export type SamplerName = keyof typeof SAMPLERS;
export const SAMPLER_NAMES = Object.keys(SAMPLERS) as [SamplerName, ...SamplerName[]];

export function neededVariables(name: SamplerName): readonly (keyof SamplerConfig)[] {
  return SAMPLERS[name].needs;
}

export function createSampler(
  name: SamplerName,
  config: SamplerConfig,
  surroundings: SamplerSurroundings,
): Sampler {
  return SAMPLERS[name].create(config, surroundings);
}
