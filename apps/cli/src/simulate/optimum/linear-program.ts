import type { Highs, Model } from 'highs';

export interface Column {
  readonly cost: number;
  readonly upper: number;
  readonly rows: readonly number[];
  readonly values: readonly number[];
}

/** What a round came to: values of the columns, and what one more of each row's limit would save (0 or below). */
export interface Solution {
  readonly x: Float64Array;
  readonly prices: Float64Array;
}

/** Primal simplex: what was optimal before columns were added is a good beginning after it. */
const PRIMAL_SIMPLEX = 4;

/** Minimise cost · x with 0 ≤ x ≤ upper and every row's sum at most its limit; rows and columns come as needed. */
export class LinearProgram {
  private readonly model: Model;
  private columns = 0;
  private rows: number;

  /** Call `dispose` at the end. */
  constructor(
    private readonly highs: Highs,
    limits: Float64Array,
  ) {
    this.rows = limits.length;
    this.model = highs.createModel();
    this.model.options.set({ output_flag: false, solver: 'simplex', simplex_strategy: PRIMAL_SIMPLEX });
    this.model.addRows({
      lower: limits.map(() => -highs.infinity),
      upper: limits,
      matrix: {
        format: 'csr',
        numRows: limits.length,
        numCols: 0,
        starts: new Int32Array(limits.length + 1),
        indices: new Int32Array(),
        values: new Float64Array(),
      },
    });
  }

  /** @returns the row's index. */
  addRow(limit: number, columns: readonly number[]): number {
    const ones = columns.map(() => 1);
    this.model.addRow(-this.highs.infinity, limit, { indices: columns, values: ones });
    return this.rows++;
  }

  /** @returns the first one's index; the others follow. */
  addColumns(columns: readonly Column[]): number {
    const first = this.columns;
    this.columns += columns.length;
    const starts = new Int32Array(columns.length + 1);
    for (const [i, { rows }] of columns.entries()) starts[i + 1] = (starts[i] ?? 0) + rows.length;
    this.model.addCols({
      cost: Float64Array.from(columns, ({ cost }) => cost),
      lower: new Float64Array(columns.length),
      upper: Float64Array.from(columns, ({ upper }) => upper),
      matrix: {
        format: 'csc',
        numRows: this.rows,
        numCols: columns.length,
        starts,
        indices: Int32Array.from(columns.flatMap(({ rows }) => rows)),
        values: Float64Array.from(columns.flatMap(({ values }) => values)),
      },
    });
    return first;
  }

  /** @throws {NoOptimumError} when the solver finds none. */
  solve(): Solution {
    this.model.run();
    if (this.model.getModelStatus() !== this.highs.constants.modelStatus.optimal) throw new NoOptimumError();
    const { colValue, rowDual } = this.model.getSolution();
    return { x: colValue, prices: rowDual };
  }

  dispose(): void {
    this.model.dispose();
  }
}

/** The solver did not find an optimum. */
export class NoOptimumError extends Error {
  readonly code = 'no-optimum';
  constructor() {
    super('the solver found no optimum of the linear program: run with --no-optimum, and report the options');
    this.name = 'NoOptimumError';
  }
}

/** Not with the program: it is 3.9 MB of WebAssembly. */
export async function loadSolver(): Promise<Highs> {
  const { default: load } = await import('highs');
  if (!isLoader(load)) throw new TypeError('the package highs exports no loader');
  return load();
}

/** The package describes its CommonJS form; as a module its default export is the loader itself. */
function isLoader(value: unknown): value is () => Promise<Highs> {
  return typeof value === 'function';
}
