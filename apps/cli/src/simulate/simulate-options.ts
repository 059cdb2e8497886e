import { STRATEGY_NAMES, type StrategyName } from '@spillway/contracts';
import { InvalidArgumentError } from 'commander';
import { SCENARIOS } from './scenarios/index.js';
import type { Scenario } from './engine/scenario.js';
import { FLEET_NODES, type FleetSize } from './world/fleet-plan.js';

/** For options that take one name, several with commas, or `all`. */
function listOf<T>(all: readonly T[], nameOf: (item: T) => string): (text: string) => T[] {
  return (text) => {
    if (text === 'all') return [...all];
    return text.split(',').map((name) => {
      const item = all.find((each) => nameOf(each) === name.trim());
      if (item === undefined)
        throw new InvalidArgumentError(`It must be of: all, ${all.map(nameOf).join(', ')}.`);
      return item;
    });
  };
}

export const parseStrategies: (text: string) => StrategyName[] = listOf(STRATEGY_NAMES, (name) => name);
export const parseScenarios: (text: string) => Scenario[] = listOf(SCENARIOS, ({ name }) => name);

/** For options that take a list of whole numbers, such as `1,4,16`. */
export function numbersFrom(least: number, most: number): (text: string) => number[] {
  return (text) =>
    text.split(',').map((part) => {
      const value = /^\d{1,9}$/.test(part.trim()) ? Number(part) : NaN;
      if (value >= least && value <= most) return value;
      throw new InvalidArgumentError(`It must be whole numbers from ${least} to ${most}, with commas.`);
    });
}

/** For options that take a number. */
export function amountFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };
}

const FLEET_SIZES = Object.keys(FLEET_NODES).filter((size): size is FleetSize => size in FLEET_NODES);
export const parseFleets: (text: string) => FleetSize[] = listOf(FLEET_SIZES, (size) => size);

/** For `--set price.gainMs=800`, which may be repeated: members of the policy, as they are in its JSON. */
export function parseSetting(
  text: string,
  before: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const [, path = '', value = ''] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
  if (path === '') throw new InvalidArgumentError('It must be like price.gainMs=800.');
  return setMember(before, path.split('.'), parseValue(value));
}

function setMember(
  object: Readonly<Record<string, unknown>>,
  [name = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const inner = object[name];
  return {
    ...object,
    [name]: rest.length === 0 ? value : setMember(isObject(inner) ? inner : {}, rest, value),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
