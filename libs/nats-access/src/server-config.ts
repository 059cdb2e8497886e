import type { AccountJwts } from './accounts.js';
import type { Directory } from './directory.js';

/**
 * What nats-server must be told: to be included from its configuration. Nothing in it is secret. `NODES_ACCOUNT` is for
 * the block `leafnodes` of a server at the edge.
 */
export function renderAccounts(directory: Directory, jwts: AccountJwts, where: 'centre' | 'edge'): string {
  const { system, control, nodes } = directory.accounts;
  const preload =
    where === 'centre'
      ? { [system]: jwts.system, [control]: jwts.control, [nodes]: jwts.nodes }
      : { [system]: jwts.system, [nodes]: jwts.leafNodes };
  const lines = Object.entries(preload).map(([id, jwt]) => `  ${id}: ${jwt}`);
  return `# The accounts of Spillway, for ${where === 'centre' ? 'the servers with JetStream' : 'leaf nodes'}. Written by \`spillway keys\`; nothing here is secret.
operator: ${directory.operator.jwt}
system_account: ${system}
${where === 'edge' ? `NODES_ACCOUNT: ${nodes}\n` : ''}resolver_preload: {
${lines.join('\n')}
}
`;
}
