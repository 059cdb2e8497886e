import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface StandInContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly env: readonly string[];
  readonly hostConfig: unknown;
  state: string;
}

/** An answer as dockerd words it. */
export class DockerFault extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The end of the path it befalls. */
    readonly path: string,
  ) {
    super(message);
  }
}

interface CreateBody {
  readonly Image: string;
  readonly Env: string[];
  readonly Labels: Record<string, string>;
  readonly HostConfig: unknown;
}

/** The part of Docker's Engine API (1.41) that deals with containers, over HTTP, with dockerd's own words. */
export class StandInDocker {
  readonly containers: StandInContainer[] = [];
  readonly requests: string[] = [];
  readonly faults: DockerFault[] = [];
  isSilent = false;
  #created = 0;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(private readonly image: string) {}

  get created(): number {
    return this.#created;
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (this.isSilent) return;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    this.requests.push(`${request.method} ${pathname}`);
    const send = (status: number, value?: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(value && JSON.stringify(value));
    try {
      const fault = this.faults.find(({ path }) => pathname.endsWith(path));
      if (fault) throw this.faults.splice(this.faults.indexOf(fault), 1)[0];
      const [status, value] = this.#answer(request.method ?? '', pathname, searchParams, body);
      send(status, value);
    } catch (error) {
      send(error instanceof DockerFault ? error.status : 500, { message: String(error) });
    }
  }

  #answer(method: string, path: string, query: URLSearchParams, body: string): [number, unknown?] {
    if (method === 'GET' && path === '/containers/json') return [200, this.#list(query)];
    if (method === 'POST' && path === '/containers/create') {
      return [201, this.#create(query.get('name') ?? '', JSON.parse(body) as CreateBody)];
    }
    const [, id = '', action = ''] = /^\/containers\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    const found = this.containers.find((each) => each.id === id);
    if (!found) throw new DockerFault(404, `No such container: ${id}`, path);
    if (method === 'POST' && action === 'start') return this.#become(found, 'running');
    if (method === 'POST' && action === 'stop') return this.#become(found, 'exited');
    if (method !== 'DELETE') throw new DockerFault(404, 'page not found', path);
    if (found.state === 'running') {
      throw new DockerFault(
        409,
        `You cannot remove a running container ${id}. Stop the container before attempting removal or force remove`,
        path,
      );
    }
    this.containers.splice(this.containers.indexOf(found), 1);
    return [204];
  }

  #become(container: StandInContainer, state: 'running' | 'exited'): [number] {
    if (container.state === state || (state === 'exited' && container.state !== 'running')) return [304];
    container.state = state;
    return [204];
  }

  #list(query: URLSearchParams): unknown {
    const filters = JSON.parse(query.get('filters') ?? '{}') as { label?: string[] };
    const isAsked = ({ labels }: StandInContainer) =>
      (filters.label ?? []).every((label) => {
        const [name = '', value] = label.split('=');
        return labels[name] === value;
      });
    const shown = this.containers.filter((each) => query.get('all') === 'true' || each.state === 'running');
    return shown.filter(isAsked).map(({ id, name, labels, state }) => ({
      Id: id,
      Names: [`/${name}`],
      Image: this.image,
      Labels: labels,
      State: state,
    }));
  }

  #create(name: string, { Image, Env, Labels, HostConfig }: CreateBody): unknown {
    if (Image !== this.image) throw new DockerFault(404, `No such image: ${Image}:latest`, '');
    const holder = this.containers.find((each) => each.name === name);
    if (holder) {
      throw new DockerFault(
        409,
        `Conflict. The container name "/${name}" is already in use by container "${holder.id}". ` +
          'You have to remove (or rename) that container to be able to reuse that name.',
        '',
      );
    }
    const id = (++this.#created).toString(16).padStart(64, '0');
    this.containers.push({ id, name, labels: Labels, env: Env, hostConfig: HostConfig, state: 'created' });
    return { Id: id, Warnings: [] };
  }
}
