import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit';
import { latencyRegions } from './latency-regions.js';

const none = { map: {}, without: [] };
const potsdam = { latitude: 52.4, longitude: 13.06 };

function policyWith(regions: Record<string, object>) {
  const [defaultRegion = ''] = Object.keys(regions);
  return aPolicy({ regions, defaultRegion });
}

describe('latencyRegions', () => {
  it('takes a region of AWS for itself, wherever the policy says it is', () => {
    const policy = policyWith({ 'us-east-1': {}, 'ap-south-1': potsdam });
    expect(latencyRegions(policy, none)).toEqual([
      { region: 'us-east-1', awsRegion: 'us-east-1' },
      { region: 'ap-south-1', awsRegion: 'ap-south-1' },
    ]);
  });

  it('takes the nearest region of AWS for any other, and says how far that is', () => {
    const policy = policyWith({ 'europe-west3': {}, wellington: { latitude: -41.3, longitude: 174.8 } });
    const [frankfurt, wellington] = latencyRegions(policy, none);
    expect(frankfurt).toEqual({ region: 'europe-west3', awsRegion: 'eu-central-1', distanceKm: 0 });
    expect(wellington?.awsRegion).toBe('ap-southeast-6');
    expect(wellington?.distanceKm).toBeGreaterThan(450);
    expect(wellington?.distanceKm).toBeLessThan(550);
  });

  it('never takes a region of another partition, however near', () => {
    const [region] = latencyRegions(policyWith({ 'eusc-de-east-1': potsdam }), none);
    expect(region?.awsRegion).toBe('eu-central-1');
    const [beijing] = latencyRegions(policyWith({ 'cn-north-1': {} }), none);
    expect(beijing?.awsRegion).toBe('ap-northeast-2');
  });

  it('refuses two regions with the same, unless the operator chooses', () => {
    const policy = policyWith({ 'eu-central-1': {}, basement: potsdam });
    expect(() => latencyRegions(policy, none)).toThrow(
      'eu-central-1 and basement would both go by the latency of eu-central-1',
    );
    expect(latencyRegions(policy, { map: { basement: 'eu-north-1' }, without: [] })[1]).toEqual({
      region: 'basement',
      awsRegion: 'eu-north-1',
    });
    expect(latencyRegions(policy, { map: {}, without: ['basement'] })).toHaveLength(1);
  });

  it('refuses a choice for a region that the policy does not have, and to leave out all', () => {
    const policy = policyWith({ 'eu-central-1': {} });
    expect(() => latencyRegions(policy, { map: { basment: 'eu-north-1' }, without: [] })).toThrow(
      'no region basment',
    );
    expect(() => latencyRegions(policy, { map: {}, without: ['eu-central-1'] })).toThrow('leaves no region');
  });
});
