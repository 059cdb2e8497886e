import { join } from 'node:path';
import type { RunFile } from './run-file.js';
import type { Say } from './say.js';
import { Service, type ServiceSpec } from './service.js';
import { StartError } from './start-error.js';

/** Long enough to watch what the others make of the outage: a silent node is given up after 10 s. */
export const RESTART_AFTER_MS = 15_000;

interface Stage {
  readonly services: readonly Service[];
  readonly run?: () => Promise<unknown>;
}

/**
 * Runs services and starts them again when they die. While the system is coming up a death fails the whole start
 * instead, by aborting `failed`.
 */
export class Supervisor {
  readonly #stages: Stage[] = [];
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #failure = new AbortController();
  #phase: 'starting' | 'up' | 'stopping' = 'starting';

  constructor(
    private readonly runFile: RunFile,
    private readonly logFolder: string,
    private readonly say: Say,
    private readonly restartAfterMs = RESTART_AFTER_MS,
  ) {}

  /** Aborted with a `StartError` when a service dies before `markUp`. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** Starts services that depend on the stages before and are stopped before them. */
  startStage(specs: readonly ServiceSpec[]): void {
    const stage = specs.map(
      (spec) =>
        new Service(spec, join(this.logFolder, `${spec.name}.log`), (service, cause) =>
          this.#onDeath(service, cause),
        ),
    );
    this.#stages.push({ services: stage });
    for (const service of stage) this.#start(service);
  }

  /** What else must be let go of: after the stages that come later were stopped, before those that were first. */
  onStop(run: () => Promise<unknown>): void {
    this.#stages.push({ services: [], run });
  }

  /** From now on services that die are started again. @throws {StartError} when one has died already. */
  markUp(): void {
    this.failed.throwIfAborted();
    this.#phase = 'up';
  }

  /** Stops stage by stage, the last one first. */
  async stopAll(): Promise<void> {
    this.#phase = 'stopping';
    for (const restart of this.#restarts) clearTimeout(restart);
    for (const stage of this.#stages.toReversed()) {
      await Promise.all(stage.services.map((service) => this.#stop(service)));
      await stage.run?.();
    }
  }

  killAll(): void {
    for (const service of this.#stages.flatMap(({ services }) => services)) service.kill();
  }

  #start(service: Service): void {
    const pid = service.start();
    if (pid !== undefined) this.runFile.set(service.spec.name, pid);
  }

  async #stop(service: Service): Promise<void> {
    if (await service.stop()) return;
    this.say(`${service.spec.name} did not stop within ${service.spec.stopWithinMs / 1000} s and was killed`);
  }

  #onDeath(service: Service, cause: string): void {
    const report = `${service.spec.name} died (${cause}). The end of ${service.logFile}:\n${service.tail()}`;
    if (this.#phase === 'starting') this.#failure.abort(new StartError(report));
    if (this.#phase !== 'up') return;
    this.say(`${report}\nStarting it again in ${this.restartAfterMs / 1000} s`);
    const restart = setTimeout(() => {
      this.#restarts.delete(restart);
      this.#start(service);
      this.say(`${service.spec.name} started again`);
    }, this.restartAfterMs);
    this.#restarts.add(restart);
  }
}
