import type { LoggerService } from '@nestjs/common';
import { PLAN_ORDER_PREFIX, type RegionControl, type RegionScaling, type Scale } from '@spillway/contracts';
import type { FleetNode } from '@spillway/fleet';
import type { Bus } from '@spillway/messaging';
import { StalePlanError, type ScalePlan } from '@spillway/scaling';
import { FencedError } from '../control/errors.js';
import type { FleetView } from '../fleet/fleet-view.js';
import type { Term } from '../lease/term.js';
import type { Group } from '../providers/provider.js';
import { PlanRefusedError } from './errors.js';
import { recordOrder } from './node-orders.js';
import type { ProviderCalls } from './provider-calls.js';

export interface ExecutorParts {
  readonly bus: Bus;
  readonly view: FleetView;
  readonly calls: ProviderCalls;
  readonly logger: LoggerService;
}

/** A committed plan on its way. */
export interface Execution {
  readonly region: string;
  readonly plan: Scale;
  readonly term: Term;
  /** The region's control state as it is stored right now. */
  readonly stored: () => RegionControl;
}

/**
 * Carries out committed plans and chooses nothing: orders to nodes, then what is ended, then what is added. All of it
 * may be done twice. Before every step it makes sure that it still may, and that the plan is still the one in force.
 */
export class Executor {
  constructor(private readonly parts: ExecutorParts) {}

  /** @throws {TermOverError}, {FencedError}, {StalePlanError}, {PlanRefusedError}, {ProviderError}, {RecordError} */
  async execute(execution: Execution): Promise<void> {
    const { region, plan, term } = execution;
    const ensure = () => ensureInForce(execution);
    ensure();
    const scaling = this.scalingOf(region);
    this.ensureAllowed(plan, region);
    for (const node of plan.undrain) await this.order(execution, 'undrain', node, 0);
    for (const node of plan.drain) await this.order(execution, 'drain', node, scaling.drainDeadlineSeconds);
    const { revision } = plan;
    const group: Group = {
      region,
      settings: scaling.provider,
      fence: { generation: term.generation, revision },
    };
    const { calls } = this.parts;
    const ensureAllowed = () => {
      ensure();
      this.ensureAllowed(plan, region);
    };
    if (plan.terminate.length > 0) {
      await calls.end(group, plan.terminate, plan.desired, term.signal, ensureAllowed);
    }
    if (isGrowing(plan)) await calls.grow(group, plan.desired, term.signal, ensureAllowed);
  }

  /**
   * The plan may be as old as a take-over and all tries of a provider take: nodes may have come up since, and the
   * policy may have changed.
   * @throws {PlanRefusedError}
   */
  private ensureAllowed(plan: Scale, region: string): void {
    const { max } = this.scalingOf(region);
    if (isGrowing(plan) && plan.desired > max) {
      throw new PlanRefusedError(region, `it wants ${plan.desired} instances, and max is ${max} by now`);
    }
    const doomed = new Set(plan.terminate);
    for (const { isUsable, heartbeat } of this.parts.view.fleet.nodes.values()) {
      if (!isUsable || !doomed.has(heartbeat.instanceId)) continue;
      throw new PlanRefusedError(region, `${heartbeat.instanceId} is to be ended, and serves by now`);
    }
  }

  /** The policy may have changed since the plan was made. */
  private scalingOf(region: string): RegionScaling {
    const scaling = this.parts.view.policy?.regions[region]?.scaling;
    if (!scaling) throw new PlanRefusedError(region, 'the policy does not name the region any more');
    if (scaling.dryRun) throw new PlanRefusedError(region, 'the policy says dryRun by now');
    return scaling;
  }

  private async order(
    execution: Execution,
    command: 'drain' | 'undrain',
    nodeId: string,
    deadlineSeconds: number,
  ): Promise<void> {
    const { region, plan, term } = execution;
    ensureInForce(execution);
    const node = this.parts.view.fleet.node(region, nodeId);
    if (!node) return this.parts.logger.warn(`${region}: ${nodeId} is gone, so no ${command}`, 'Executor');
    if (isOperators(node, plan)) {
      return this.parts.logger.warn(
        `${region}: ${nodeId} has an operator's order, so no ${command}`,
        'Executor',
      );
    }
    const id = orderId(plan);
    const reason = plan.reasons.find(({ step, isTaken }) => isTaken && step === command)?.detail ?? '';
    const order = { id, command, deadlineSeconds, reason, origin: 'autoscaler' } as const;
    await recordOrder(this.parts, node, order, term.signal);
  }
}

function isGrowing({ desired, current, terminate }: Scale): boolean {
  return desired > current - terminate.length;
}

/** An operator's drain stands until an operator takes it back; and so does whatever they said after the plan was made. */
function isOperators({ command, heartbeat }: FleetNode, { at }: Scale): boolean {
  if (command?.event.origin !== 'operator' || command.event.instanceId !== heartbeat.instanceId) return false;
  return command.event.command === 'drain' || command.at >= Date.parse(at);
}

/** The same however often the plan is carried out: a node that has obeyed does so once. */
function orderId({ revision, at }: Scale): string {
  return `${PLAN_ORDER_PREFIX}${revision}-${Math.floor(Date.parse(at) / 1000)}`;
}

/** @throws {TermOverError}, {FencedError}, {StalePlanError} */
function ensureInForce({ region, plan, term, stored }: Execution): void {
  term.ensureCurrent();
  const control = stored();
  if (control.generation !== term.generation) throw new FencedError(region, control.generation);
  if (control.revision !== plan.revision) throw new StalePlanError(region, plan, control);
}

/** @throws {StalePlanError} unless the plan follows what is stored. */
export function ensureFollows(region: string, plan: ScalePlan, stored: RegionControl): void {
  const isNext = (plan.parentRevision ?? 0) === stored.revision && plan.revision === stored.revision + 1;
  if (!isNext) throw new StalePlanError(region, plan, stored);
}
