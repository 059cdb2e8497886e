import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface StandInInstance {
  readonly id: string;
  state: string;
  isProtected: boolean;
}

/** An error as AWS words it. */
export class AwsFault extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    /** The only one it befalls. */
    readonly action?: string,
  ) {
    super(message);
  }
}

const NAMESPACE = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';

/**
 * EC2 Auto Scaling's query protocol (version 2011-01-01: forms in, XML out) for one group, over HTTP, with the errors
 * and their words as AWS gives them. Instances boot and end when they are told to.
 */
export class StandInAutoScaling {
  readonly instances: StandInInstance[] = [];
  readonly requests: Record<string, string>[] = [];
  desired = 0;
  min = 0;
  max = 10;
  hasHook = false;
  /** Thrown by the next requests, the first first. */
  readonly faults: AwsFault[] = [];
  isSilent = false;
  #started = 0;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(readonly name: string) {}

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get started(): number {
    return this.#started;
  }

  /** What boots is in service, what ends is gone, unless a hook holds it. */
  settle(): void {
    for (const each of this.instances) if (each.state === 'Pending') each.state = 'InService';
    const left = this.instances.filter(
      ({ state }) => state !== 'Terminating' && state !== 'Terminating:Proceed',
    );
    this.instances.splice(0, this.instances.length, ...left);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    if (this.isSilent) return;
    this.requests.push(form);
    const action = form['Action'] ?? '';
    try {
      if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
        throw new AwsFault('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
      }
      const fault = this.faults.find((each) => (each.action ?? action) === action);
      if (fault) throw this.faults.splice(this.faults.indexOf(fault), 1)[0];
      const answer = this.#answer(action, form);
      response.writeHead(200, { 'content-type': 'text/xml' }).end(answer);
    } catch (error) {
      const fault = error instanceof AwsFault ? error : new AwsFault('InternalFailure', String(error), 500);
      const { code, message, status } = fault;
      const body = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
      response
        .writeHead(status, { 'content-type': 'text/xml' })
        .end(`<ErrorResponse xmlns="${NAMESPACE}">${body}<RequestId>0</RequestId></ErrorResponse>`);
    }
  }

  #answer(action: string, form: Record<string, string>): string {
    const result = this.#actions[action]?.(form);
    if (result === undefined) throw new AwsFault('InvalidAction', `Could not find operation ${action}`);
    const metadata = '<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata>';
    return `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${result}</${action}Result>${metadata}</${action}Response>`;
  }

  readonly #actions: Record<string, (form: Record<string, string>) => string> = {
    DescribeAutoScalingGroups: (form) =>
      `<AutoScalingGroups>${form['AutoScalingGroupNames.member.1'] === this.name ? this.#describe() : ''}</AutoScalingGroups>`,
    SetDesiredCapacity: (form) => {
      this.#needName(form);
      this.#setDesired(Number(form['DesiredCapacity']));
      return '';
    },
    SetInstanceProtection: (form) => {
      this.#needName(form);
      for (const id of members(form, 'InstanceIds')) {
        const found = this.#find(id);
        if (found.state !== 'InService') {
          throw new AwsFault(
            'ValidationError',
            `The instance ${id} is not in InService or EnteringStandby or Standby.`,
          );
        }
        found.isProtected = form['ProtectedFromScaleIn'] === 'true';
      }
      return '';
    },
    TerminateInstanceInAutoScalingGroup: (form) => this.#terminate(form),
    CompleteLifecycleAction: (form) => {
      this.#needName(form);
      const found = this.#find(form['InstanceId'] ?? '');
      if (found.state !== 'Terminating:Wait') {
        throw new AwsFault(
          'ValidationError',
          `No active Lifecycle Action found with instance ID ${found.id}`,
        );
      }
      found.state = 'Terminating:Proceed';
      return '';
    },
  };

  #setDesired(desired: number): void {
    if (desired > this.max) {
      throw new AwsFault(
        'ValidationError',
        `New SetDesiredCapacity value ${desired} is above max value ${this.max} for the AutoScalingGroup.`,
      );
    }
    this.desired = desired;
    const live = () => this.instances.filter(({ state }) => !state.startsWith('Terminating'));
    while (live().length < desired) {
      const id = `i-${String(++this.#started).padStart(17, '0')}`;
      this.instances.push({ id, state: 'Pending', isProtected: false });
    }
    // AWS picks among those that are not protected.
    const excess = live().filter(({ isProtected }) => !isProtected);
    for (const each of excess.slice(0, live().length - desired)) each.state = 'Terminating';
  }

  #terminate(form: Record<string, string>): string {
    const found = this.#find(form['InstanceId'] ?? '');
    if (form['ShouldDecrementDesiredCapacity'] === 'true') {
      if (this.desired <= this.min) {
        throw new AwsFault(
          'ValidationError',
          `Currently, desiredSize equals minSize (${this.min}). Terminating instance without replacement will ` +
            "violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
        );
      }
      this.desired--;
    }
    found.state = this.hasHook ? 'Terminating:Wait' : 'Terminating';
    return '<Activity><ActivityId>0</ActivityId><AutoScalingGroupName>g</AutoScalingGroupName></Activity>';
  }

  #find(id: string): StandInInstance {
    const found = this.instances.find((each) => each.id === id);
    if (!found)
      throw new AwsFault(
        'ValidationError',
        `Instance Id not found - No managed instance found for instance ID: ${id}`,
      );
    return found;
  }

  #needName(form: Record<string, string>): void {
    if (form['AutoScalingGroupName'] === this.name) return;
    throw new AwsFault('ValidationError', 'AutoScalingGroup name not found - no such group');
  }

  #describe(): string {
    const instances = this.instances.map(
      ({ id, state, isProtected }) =>
        `<member><InstanceId>${id}</InstanceId><LifecycleState>${state}</LifecycleState><HealthStatus>Healthy</HealthStatus>` +
        `<AvailabilityZone>eu-central-1a</AvailabilityZone><ProtectedFromScaleIn>${isProtected}</ProtectedFromScaleIn></member>`,
    );
    return (
      `<member><AutoScalingGroupName>${this.name}</AutoScalingGroupName><MinSize>${this.min}</MinSize>` +
      `<MaxSize>${this.max}</MaxSize><DesiredCapacity>${this.desired}</DesiredCapacity><DefaultCooldown>300</DefaultCooldown>` +
      `<Instances>${instances.join('')}</Instances></member>`
    );
  }
}

/** Lists are `<name>.member.1`, `.2` … in a form. */
function members(form: Record<string, string>, name: string): string[] {
  return Object.keys(form)
    .filter((key) => key.startsWith(`${name}.member.`))
    .map((key) => form[key] ?? '');
}
