import type { CheckResult, Health } from '@spillway/runtime';
import type { Autoscaler } from './autoscaler.js';

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
  health.add('regions', () => {
    const left = [...(autoscaler.leadership.regions?.unreadable.keys() ?? [])];
    return left.length === 0
      ? ok('all under control')
      : degraded(`left alone, unreadable state: ${left.join(', ')}`);
  });
  health.add('providers', () => {
    const { unknown } = autoscaler.leadership.inventories;
    return unknown.length === 0
      ? ok('answer')
      : degraded(`not scaled, inventory unknown: ${unknown.join(', ')}`);
  });
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
