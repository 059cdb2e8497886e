import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

interface StandInPod {
  readonly number: number;
  readonly name: string;
  readonly uid: string;
  phase: string;
  isReady: boolean;
  isDeleted: boolean;
  cost: string | undefined;
}

/** A refusal as the API server words it (a `Status` object). */
export class KubernetesFault extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

interface ScaleBody {
  readonly metadata: { readonly resourceVersion?: string };
  readonly spec: { readonly replicas: number };
}

/**
 * Kubernetes' HTTP API for one workload `turn` in namespace `media` with its controller: the scale subresource with
 * its resource version, pods by selector, merge patches of pods. The controller works at once unless it is paused.
 */
export class StandInKubernetes {
  readonly pods: StandInPod[] = [];
  readonly requests: string[] = [];
  replicas = 0;
  /** Thrown by the next requests, the first first. */
  readonly faults: KubernetesFault[] = [];
  isSilent = false;
  isPaused = false;
  #started = 0;
  #version = 1;
  readonly #folder = mkdtempSync(join(tmpdir(), 'spillway-kubernetes-'));
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(readonly workload: 'deployments' | 'statefulsets') {}

  get started(): number {
    return this.#started;
  }

  /** @returns the path of a kubeconfig for it, with the contexts `test` and `other` */
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const server = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const context = { cluster: 'test', user: 'test' };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'test', user: { token: 'secret-token' } }],
      contexts: [
        { name: 'test', context },
        { name: 'other', context },
      ],
      'current-context': 'test',
    };
    const path = join(this.#folder, 'config');
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What was pending runs and is ready, what was deleted is gone. */
  settle(): void {
    this.reconcile();
    for (const pod of this.pods) Object.assign(pod, { phase: 'Running', isReady: true });
    this.pods.splice(0, this.pods.length, ...this.pods.filter(({ isDeleted }) => !isDeleted));
  }

  /** What the controller does: starts what is missing, ends the excess in its order. */
  reconcile(): void {
    const live = this.pods.filter(({ isDeleted }) => !isDeleted);
    for (let missing = this.replicas - live.length; missing > 0; missing--) this.#start();
    const order =
      this.workload === 'statefulsets'
        ? live.toSorted((a, b) => b.number - a.number)
        : live.toSorted((a, b) => rank(a) - rank(b) || Number(a.cost ?? 0) - Number(b.cost ?? 0));
    for (const pod of order.slice(0, Math.max(0, live.length - this.replicas))) pod.isDeleted = true;
  }

  #start(): void {
    const started = ++this.#started;
    const taken = new Set(this.pods.map(({ number }) => number));
    let number = 0;
    while (taken.has(number)) number++;
    const name = this.workload === 'statefulsets' ? `turn-${number}` : `turn-5d4f8c7d9-${started}`;
    const uid = `00000000-0000-4000-8000-${String(started).padStart(12, '0')}`;
    this.pods.push({
      number,
      name,
      uid,
      phase: 'Pending',
      isReady: false,
      isDeleted: false,
      cost: undefined,
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (this.isSilent) return;
    this.requests.push(`${request.method} ${request.url}`);
    const send = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    try {
      const fault = this.faults.shift();
      if (fault) throw fault;
      send(200, this.#answer(request, body));
    } catch (error) {
      const isFault = error instanceof KubernetesFault;
      const fault = isFault ? error : new KubernetesFault(500, 'InternalError', String(error));
      const { status, reason, message } = fault;
      send(status, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code: status });
    }
  }

  #answer({ method, url = '', headers }: IncomingMessage, body: string): unknown {
    if (headers.authorization !== 'Bearer secret-token')
      throw new KubernetesFault(401, 'Unauthorized', 'Unauthorized');
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const pod = /^\/api\/v1\/namespaces\/media\/pods\/([^/]+)$/.exec(pathname)?.[1];
    if (pathname === `/apis/apps/v1/namespaces/media/${this.workload}/turn/scale`) {
      return method === 'PUT' ? this.#putScale(JSON.parse(body) as ScaleBody) : this.#scale();
    }
    if (pathname === '/api/v1/namespaces/media/pods' && method === 'GET') {
      const isOurs = searchParams.get('labelSelector') === 'app=turn';
      return { kind: 'PodList', apiVersion: 'v1', items: isOurs ? this.pods.map(toPod) : [] };
    }
    if (pod !== undefined && method === 'PATCH') return this.#patch(pod, headers['content-type'], body);
    throw new KubernetesFault(404, 'NotFound', `${pathname.split('/').at(-2)} not found`);
  }

  #scale(): unknown {
    return {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: 'turn', namespace: 'media', resourceVersion: String(this.#version) },
      spec: { replicas: this.replicas },
      status: { replicas: this.pods.length, selector: 'app=turn' },
    };
  }

  #putScale({ metadata, spec }: ScaleBody): unknown {
    if (metadata.resourceVersion !== String(this.#version)) {
      const words =
        'the object has been modified; please apply your changes to the latest version and try again';
      throw new KubernetesFault(
        409,
        'Conflict',
        `Operation cannot be fulfilled on ${this.workload}.apps "turn": ${words}`,
      );
    }
    this.#version++;
    this.replicas = spec.replicas;
    if (!this.isPaused) this.reconcile();
    return this.#scale();
  }

  #patch(name: string, contentType: string | undefined, body: string): unknown {
    if (contentType !== 'application/merge-patch+json') {
      throw new KubernetesFault(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format`,
      );
    }
    const pod = this.pods.find((each) => each.name === name);
    if (!pod) throw new KubernetesFault(404, 'NotFound', `pods "${name}" not found`);
    const { metadata } = JSON.parse(body) as { metadata: { annotations: Record<string, string | null> } };
    pod.cost = metadata.annotations['controller.kubernetes.io/pod-deletion-cost'] ?? undefined;
    return toPod(pod);
  }
}

/** The part of ReplicaSets' order that comes before the deletion cost. */
const rank = ({ phase, isReady }: StandInPod) => (phase === 'Running' ? 1 : 0) + (isReady ? 1 : 0);

function toPod({ name, uid, phase, isReady, isDeleted, cost }: StandInPod): unknown {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name,
      namespace: 'media',
      uid,
      labels: { app: 'turn' },
      ...(cost !== undefined && { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
      ...(isDeleted && { deletionTimestamp: '2026-11-22T10:00:00Z' }),
    },
    spec: { nodeName: 'worker-1', containers: [] },
    status: { phase, conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  };
}
