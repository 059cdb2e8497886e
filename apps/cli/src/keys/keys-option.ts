import { Option } from 'commander';

export function keysOption(): Option {
  return new Option('--keys <folder>', 'where the keys are kept')
    .env('SPILLWAY_KEYS')
    .default('spillway-keys');
}
