import type { CheckResult, Health } from '@spillway/runtime';
import type { FleetView } from './fleet/fleet-view.js';
import { stalePriceSeconds } from './fleet/price-age.js';

/** Not ready before the first full view; ready but degraded when it may be out of date. */
export function addReadinessChecks(health: Health, view: FleetView): void {
  health.add('view', () => checkView(view));
  health.add('link', () => checkLink(view));
  health.add('bus', () =>
    view.fleet.isBusSuspect
      ? degraded('most of the fleet fell silent at once: the last view of it is kept')
      : ok('nodes are heard from'),
  );
  health.add('prices', () => checkPrices(view));
  health.add('nodes', () => checkNodes(view));
}

function checkView(view: FleetView): CheckResult {
  if (view.isWhole) return ok(`stands at position ${view.fleet.position} of the log`);
  const missing = view.fleet.policy ? 'the log has not been read to its end' : 'no policy on the log';
  return { status: 'failing', detail: missing };
}

function checkLink(view: FleetView): CheckResult {
  const seconds = Math.round(view.linkAgeSeconds);
  return view.link === 'up'
    ? ok('connected to NATS')
    : degraded(`no link to NATS for ${seconds} s: answers come from memory`);
}

/** A fleet may do without an autoscaler; one that was heard and is no more is missing. */
function checkPrices(view: FleetView): CheckResult {
  view.now();
  const regions = [...view.fleet.regions.values()];
  if (regions.every(({ spillover }) => !spillover))
    return ok('no autoscaler has been heard: prices are our own');
  const seconds = Math.round(stalePriceSeconds(regions, view.fleet.now));
  if (seconds === 0) return ok('the autoscaler is heard from');
  return degraded(`no word from the autoscaler for ${seconds} s: its part of the prices falls to zero`);
}

function checkNodes(view: FleetView): CheckResult {
  const usable = [...view.fleet.regions.values()].reduce((sum, region) => sum + region.usable.length, 0);
  return usable > 0 ? ok(`${usable} usable`) : degraded('no usable node in any region');
}

function ok(detail: string): CheckResult {
  return { status: 'ok', detail };
}

function degraded(detail: string): CheckResult {
  return { status: 'degraded', detail };
}
