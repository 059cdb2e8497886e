import type { CheckResult, Health } from '@spillway/runtime';
import type { Autoscaler } from './autoscaler.js';

/** Milliseconds without a step that is no hiccup any more. */
const STUCK_MS = 10_000;

/** Never failing for want of the lease: one that stands by is as ready as the one that leads. */
export function addReadinessChecks(health: Health, autoscaler: Autoscaler): void {
  const { view } = autoscaler.options;
  health.add('link', () => {
    const seconds = Math.round(view.linkAgeSeconds);
    return view.link === 'up'
      ? ok('connected to NATS')
      : degraded(`no link to NATS for ${seconds} s: does not act`);
  });
  health.add('view', () => {
    if (!view.isCaughtUp) return failing('the log has not been read to its end');
    if (!view.policy) return failing('no policy yet: put one on the log with `spillway policy apply`');
    return ok(`stands at position ${view.fleet.position} of the log`);
  });
  health.add('lease', () => checkLease(autoscaler));
  health.add('regions', () => checkRegions(autoscaler));
  health.add('providers', () => {
    const { unknown } = autoscaler.leadership.inventories;
    return unknown.length === 0
      ? ok('answer')
      : degraded(`not scaled, inventory unknown: ${unknown.join(', ')}`);
  });
}

function checkRegions({ leadership: { regions } }: Autoscaler): CheckResult {
  if (!regions) return ok('under no control of this one');
  const { unreadable, sinceStepMs, runners } = regions;
  if (unreadable.length > 0) return degraded(`left alone, unreadable state: ${unreadable.join(', ')}`);
  if (sinceStepMs > STUCK_MS) {
    return degraded(`no step of the control loop for ${Math.round(sinceStepMs / 1000)} s: the log says why`);
  }
  return ok(`${runners.size} under control`);
}

function checkLease({ lease, leadership }: Autoscaler): CheckResult {
  if (lease.term) {
    const doing = leadership.regions ? 'leads' : 'takes over';
    return ok(`${doing}, generation ${lease.term.generation}`);
  }
  const seen = lease.lastSeen;
  if (!seen) return degraded('it is not known who leads');
  return ok(`stands by; ${seen.holder ?? 'nobody'} leads, generation ${seen.generation}`);
}

function ok(detail: string): CheckResult {
  return { status: 'ok', detail };
}

function degraded(detail: string): CheckResult {
  return { status: 'degraded', detail };
}

function failing(detail: string): CheckResult {
  return { status: 'failing', detail };
}
