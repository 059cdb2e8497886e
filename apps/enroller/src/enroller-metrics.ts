import { ENROL_PROBLEMS } from '@spillway/contracts';
import { Counter, type Registry } from 'prom-client';
import type { Outcome } from './enroller.js';

const OUTCOMES: readonly Outcome[] = ['enrolled', 'renewed', ...ENROL_PROBLEMS];

export class EnrollerMetrics {
  private readonly requests: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.requests = new Counter({
      name: 'spillway_enrolments_total',
      help: 'Requests of nodes to enrol or to renew what they have, by what came of them',
      labelNames: ['outcome'],
      registers: [registry],
    });
    for (const outcome of OUTCOMES) this.requests.inc({ outcome }, 0);
  }

  count(outcome: Outcome): void {
    this.requests.inc({ outcome });
  }
}
