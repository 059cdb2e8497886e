import { expect, it } from '@jest/globals';
import { terraformNodes } from './terraform-nodes.js';

const node = (nodeId: string, addresses: string[], isUsable = true) => ({
  nodeId,
  region: 'eu-central-1',
  addresses,
  isUsable,
  state: isUsable ? 'serving' : 'draining',
});

it('Nodes that may be handed out are named with an address of each kind, in order', () => {
  const nodes = [node('b', ['2001:db8::2', '203.0.113.2']), node('a', ['203.0.113.1']), node('c', [], false)];
  expect(JSON.stringify(terraformNodes(nodes))).toBe(
    '{"a":{"region":"eu-central-1","ipv4":"203.0.113.1"},' +
      '"b":{"region":"eu-central-1","ipv4":"203.0.113.2","ipv6":"2001:db8::2"}}',
  );
});

it('Only those that were asked for are named', () => {
  const nodes = [node('a', ['203.0.113.1']), node('b', ['203.0.113.2'])];
  expect(Object.keys(terraformNodes(nodes, ['b', 'z']))).toEqual(['b']);
});

it('A fleet that has none is refused: it would take all records away', () => {
  expect(() => terraformNodes([node('a', ['203.0.113.1'], false)])).toThrow('nothing is written');
  expect(() => terraformNodes([])).toThrow('nothing is written');
});
