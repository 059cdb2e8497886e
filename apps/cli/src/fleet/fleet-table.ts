import CliTable from 'cli-table3';
import type { FleetReport, NodesReport } from './report.js';

/** Lines around the rows of nodes, besides one per region: headings, blank lines, the line on top. */
const FIXED_LINES = 7;
const NOTHING = '';

/**
 * The fleet as text for a terminal. With `maxLines`, nodes that do not fit are counted instead of shown. What is
 * not known is "?", never 0.
 */
export function drawFleet(report: FleetReport, maxLines = Number.POSITIVE_INFINITY): string {
  const { link, policyRevision, strategy, position, regions, nodes } = report;
  const room = Math.max(1, maxLines - FIXED_LINES - regions.length);
  const shown = nodes.length > room ? nodes.slice(0, room - 1) : nodes;
  const hidden = nodes.length - shown.length;
  const policy = policyRevision === null ? 'no policy' : `policy ${policyRevision} (${strategy})`;
  const lines = [
    `NATS ${link}${link === 'down' ? ', what follows is as it was' : ''} · ${policy} · log position ${position}`,
    NOTHING,
    table(
      ['REGION', 'USE', 'USABLE NODES', 'PRICE'],
      regions.map(({ region, utilization, usableNodes, nodes, priceMs }) => [
        region,
        percent(utilization),
        `${usableNodes} of ${nodes}`,
        `${Math.round(priceMs)} ms`,
      ]),
    ),
    NOTHING,
    table(
      ['NODE', 'REGION', 'ZONE', 'STATE', 'USE', 'CPU', 'OUT', 'IN', 'ALLOCATIONS', 'SEEN', 'SOFTWARE'],
      shown.map(nodeRow),
    ),
  ];
  if (hidden > 0) lines.push(`… and ${hidden} more; --once shows all`);
  return lines.join('\n');
}

function nodeRow(node: NodesReport['nodes'][number]): string[] {
  const { load, reserved, software } = node;
  const reservedCount = Math.round(reserved.allocations);
  return [
    node.nodeId,
    node.region,
    node.zone ?? '-',
    describeState(node),
    percent(node.utilization),
    percent(load.cpu),
    bitRate(load.egressBps),
    bitRate(load.ingressBps),
    `${load.allocations ?? '?'}${reservedCount > 0 ? ` +${reservedCount}` : ''}`,
    `${(node.lastSeenMsAgo / 1000).toFixed(1)} s`,
    [software.name, software.version ?? '?'].join(' '),
  ];
}

/** The node's own state, how fresh that is, and whether it is handed out where that does not follow from them. */
function describeState({ state, freshness, usable }: NodesReport['nodes'][number]): string {
  const unused = state === 'serving' && freshness === 'fresh' && !usable ? ['not used'] : [];
  return [state, ...(freshness === 'fresh' ? [] : [freshness]), ...unused].join(', ');
}

function percent(share: number | null): string {
  return share === null ? '?' : `${Math.round(share * 100)} %`;
}

function bitRate(bps: number | null): string {
  if (bps === null) return '?';
  return bps >= 1e9 ? `${(bps / 1e9).toFixed(2)} Gbit/s` : `${(bps / 1e6).toFixed(1)} Mbit/s`;
}

/** Columns and nothing else: it is redrawn, copied into chats and read by `awk`. */
function table(head: string[], rows: string[][]): string {
  const borders = ['top', 'bottom', 'left', 'right', 'mid', 'left-mid', 'right-mid', 'mid-mid'];
  const corners = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'];
  const cells = new CliTable({
    chars: { ...Object.fromEntries([...borders, ...corners].map((part) => [part, NOTHING])), middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  cells.push(head, ...rows);
  return cells.toString().replaceAll(/ +$/gm, '');
}
