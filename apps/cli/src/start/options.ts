import { InvalidArgumentError } from 'commander';
import { parseInteger } from '../options.js';
import { MAX_TURN_PORT } from './demo-fleet.js';

export interface StartOptions {
  readonly state: string;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly natsPort: number;
  readonly turnPort: number;
  readonly policy?: string;
  readonly check?: true;
}

/** An empty one, as of a variable that is not set, would be the folder we are in. */
export function parseStateFolder(path: string): string {
  if (path === '') throw new InvalidArgumentError('It must name a folder.');
  return path;
}

export const parsePort = (text: string) => parseWithin(text, 65_535);
export const parseTurnPort = (text: string) => parseWithin(text, MAX_TURN_PORT);

function parseWithin(text: string, max: number): number {
  const port = parseInteger(text);
  if (port < 1 || port > max) throw new InvalidArgumentError(`It must be a port from 1 to ${max}.`);
  return port;
}
