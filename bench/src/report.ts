import { cpus } from 'node:os';
import Table from 'cli-table3';

/** One comparison. */
export interface Result {
  readonly what: string;
  readonly against: string;
  readonly ratio: number;
  readonly aim: string;
  readonly detail: string;
}

export function printReport(results: readonly Result[]): void {
  const table = new Table({ head: ['what', 'against', 'ratio', 'aim', 'detail'], style: { head: [] } });
  for (const { what, against, ratio, aim, detail } of results) {
    table.push([what, against, ratio.toFixed(2), aim, detail]);
  }
  console.log(table.toString());
  const [cpu] = cpus();
  console.log(`${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.versions.node}`);
}
