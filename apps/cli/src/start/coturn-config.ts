import { readFileSync } from 'node:fs';
import { coturnVersion, writeCoturnConfig, type CoturnFiles } from '@spillway/local-nodes';
import type { DemoNode } from './demo-fleet.js';
import type { SystemPlan } from './system-plan.js';

/** @throws {LocalNodeError} when the installed coturn does not say its version. */
export function writeCoturnConfigs({
  programs,
  state,
  fleet,
  turnAddress,
}: SystemPlan): (readonly [DemoNode, CoturnFiles])[] {
  const shared = {
    version: coturnVersion(programs.turnserver),
    realm: 'spillway.demo',
    masterSecret: readFileSync(state.masterSecretFile, 'utf8'),
    folder: state.coturn,
  };
  return fleet.map((node) => [
    node,
    writeCoturnConfig({ ...node, turnAddress }, { ...shared, name: node.nodeId }),
  ]);
}
