import { describe, expect, it } from '@jest/globals';
import {
  parseAmount,
  parseNumbers,
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
    expect(parseNumbers('1,4,16')).toEqual([1, 4, 16]);
    expect(() => parseNumbers('1;4')).toThrow('whole numbers');
    expect(parseAmount('0.5')).toBe(0.5);
    expect(() => parseAmount('-1')).toThrow('at least 0');
  });

  it('set members of the policy, one after another', () => {
    const first = parseSetting('price.gainMs=800');
    expect(parseSetting('price.target=0.78', first)).toEqual({ price: { gainMs: 800, target: 0.78 } });
    expect(parseSetting('strategy=nearest')).toEqual({ strategy: 'nearest' });
    expect(() => parseSetting('price.gainMs')).toThrow('price.gainMs=800');
  });
});
