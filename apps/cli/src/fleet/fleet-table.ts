import { drawTable } from '../plain-table.js';
import { describePlan } from './describe-plan.js';
import type { FleetReport, NodesReport, RegionsReport } from './report.js';

type NodeReport = NodesReport['nodes'][number];
type RegionReport = RegionsReport['regions'][number];

/** Lines around the rows of nodes, besides one per region: headings, blank lines, the line on top. */
const FIXED_LINES = 7;
const NOTHING = '';

/**
 * The fleet as text for a terminal of 100 columns. With `maxLines`, nodes that do not fit are counted instead of
 * shown. What is not known is "?", never 0.
 */
export function drawFleet(report: FleetReport, maxLines = Number.POSITIVE_INFINITY): string {
  const { link, policyRevision, strategy, position, regions } = report;
  const nodes = report.nodes.filter((node) => !isGone(node));
  const notes = nodes.some(({ synthetic }) => synthetic) ? ['* partly made up by spillway load'] : [];
  const room = Math.max(1, maxLines - FIXED_LINES - notes.length - regions.length);
  const shown = nodes.length > room ? nodes.slice(0, room - 1) : nodes;
  const hidden = nodes.length - shown.length;
  const policy = policyRevision === null ? 'no policy' : `policy ${policyRevision} (${strategy})`;
  const lines = [
    `NATS ${link}${link === 'down' ? ', what follows is as it was' : ''} · ${policy} · log position ${position}`,
    NOTHING,
    drawTable(
      ['REGION', 'USE', 'DEMAND', 'PRICE', 'USABLE NODES', 'OVERLOAD', 'PLAN'],
      regions.map((region) => regionRow(region, nodes)),
    ),
    NOTHING,
    drawTable(
      ['NODE', 'REGION', 'STATE', 'USE', 'CPU', 'MBIT/S', 'ALLOCS', 'SEEN', 'SOFTWARE'],
      shown.map(nodeRow),
    ),
  ];
  if (hidden > 0) lines.push(`… and ${hidden} more; --once shows all`);
  return [...lines, ...notes].join('\n');
}

/** It said that it stops, and has been silent since. */
const isGone = ({ state, freshness }: NodeReport) => state === 'stopped' && freshness === 'unknown';

function regionRow(region: RegionReport, nodes: readonly NodeReport[]): string[] {
  const there = nodes.filter((node) => node.region === region.region).length;
  return [
    region.region,
    percent(region.utilization),
    percent(region.demand),
    `${Math.round(region.priceMs)} ms`,
    `${region.usableNodes} of ${there}`,
    region.overloaded ? 'overload' : '-',
    describePlan(region.plan),
  ];
}

function nodeRow(node: NodeReport): string[] {
  const { load, reserved, software } = node;
  const reservedCount = Math.round(reserved.allocations);
  return [
    node.nodeId,
    node.region,
    describeState(node),
    `${percent(node.utilization)}${node.synthetic ? '*' : ''}`,
    percent(load.cpu),
    busierDirection(load),
    `${load.allocations ?? '?'}${reservedCount > 0 ? ` +${reservedCount}` : ''}`,
    `${(node.lastSeenMsAgo / 1000).toFixed(1)} s`,
    [software.name, software.version ?? '?'].join(' '),
  ];
}

/** The node's own state, how fresh that is, and whether it is handed out where that does not follow from them. */
function describeState({ state, freshness, usable, drainOrdered }: NodeReport): string {
  const isFreshlyServing = state === 'serving' && freshness === 'fresh';
  const unused = isFreshlyServing && !usable ? [drainOrdered ? 'to drain' : 'not used'] : [];
  return [state, ...(freshness === 'fresh' ? [] : [freshness]), ...unused].join(', ');
}

function percent(share: number | null): string {
  return share === null ? '?' : `${Math.round(share * 100)} %`;
}

function busierDirection({ egressBps, ingressBps }: NodeReport['load']): string {
  if (egressBps === null && ingressBps === null) return '?';
  return (Math.max(egressBps ?? 0, ingressBps ?? 0) / 1e6).toFixed(1);
}
