import { describe, expect, it } from '@jest/globals';
import {
  amountFrom,
  numbersFrom,
  parseScenarios,
  parseSetting,
  parseStrategies,
} from './simulate-options.js';

describe('options of simulate', () => {
  it('take one name, several, or all', () => {
    expect(parseStrategies('nearest')).toEqual(['nearest']);
    expect(parseStrategies('priced, nearest')).toEqual(['priced', 'nearest']);
    expect(parseStrategies('all')).toContain('waterfall');
    expect(parseScenarios('calm,liar').map(({ name }) => name)).toEqual(['calm', 'liar']);
  });

  it('name what there is when a name is not known', () => {
    expect(() => parseScenarios('clam')).toThrow('calm, flash-crowd');
  });

  it('take numbers, and nothing that is none', () => {
    expect(numbersFrom(1, 64)('1,4,16')).toEqual([1, 4, 16]);
    for (const text of ['1;4', '', '0', '65', '1,'])
      expect(() => numbersFrom(1, 64)(text)).toThrow('whole numbers from 1 to 64');
    expect(amountFrom(0, 0.95)('0.5')).toBe(0.5);
    for (const text of ['-1', '', 'x', '1', 'NaN', 'Infinity'])
      expect(() => amountFrom(0, 0.95)(text)).toThrow('a number from 0 to 0.95');
  });

  it('set members of the policy, one after another', () => {
    const first = parseSetting('price.gainMs=800');
    expect(parseSetting('price.target=0.78', first)).toEqual({ price: { gainMs: 800, target: 0.78 } });
    expect(parseSetting('strategy=nearest')).toEqual({ strategy: 'nearest' });
    expect(() => parseSetting('price.gainMs')).toThrow('price.gainMs=800');
  });
});
