import cluster from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';

/** One process asks the one that started them all for the metrics of all. */
interface Question {
  readonly metricsOfAll: number;
}
interface Answer extends Question {
  readonly text: string;
}

/** Milliseconds; longer than prom-client waits for a process that does not answer. */
const LIMIT_MS = 6_000;

const waiting = new Map<number, (text: string) => void>();
let asked = 0;

/**
 * For one of several processes behind the same port, where a scrape reaches any of them.
 * @param process its label, the same after a restart.
 */
export function shareMetrics(registry: Registry, process: string): void {
  registry.setDefaultLabels({ process });
  AggregatorRegistry.setRegistries(registry);
  // Answers what the process that started this one asks, from now on.
  void new AggregatorRegistry();
  cluster.worker?.on('message', (message: unknown) => {
    if (isAnswer(message)) waiting.get(message.metricsOfAll)?.(message.text);
  });
}

/** The metrics of all processes; those of this one alone when the others cannot be had. */
export async function readMetricsOfAll(registry: Registry): Promise<string> {
  const id = ++asked;
  const text = await new Promise<string | undefined>((resolve) => {
    const late = setTimeout(() => resolve(undefined), LIMIT_MS);
    waiting.set(id, (text) => (clearTimeout(late), resolve(text)));
    cluster.worker?.send({ metricsOfAll: id } satisfies Question);
  });
  waiting.delete(id);
  return text || registry.metrics();
}

/** For the process that started the others. */
export function answerForAll(): void {
  const all = new AggregatorRegistry();
  cluster.on('message', (worker, message: unknown) => {
    if (!isQuestion(message)) return;
    const { metricsOfAll } = message;
    const tell = (text: string) => {
      if (worker.isConnected()) worker.send({ metricsOfAll, text } satisfies Answer);
    };
    all.clusterMetrics().then(tell, () => tell(''));
  });
}

const isQuestion = (message: unknown): message is Question =>
  typeof message === 'object' && message !== null && 'metricsOfAll' in message;
const isAnswer = (message: unknown): message is Answer => isQuestion(message) && 'text' in message;
