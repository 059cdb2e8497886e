import type { Highs } from 'highs';

/** Minimise cost · x with x ≥ 0 and every row's sum at most its limit. Built column by column. */
export class LinearProgram {
  private readonly costs: number[] = [];
  private readonly uppers: number[] = [];
  private readonly starts: number[] = [0];
  private readonly indices: number[] = [];
  private readonly values: number[] = [];
  private readonly limits: number[] = [];

  /** @returns the row's index. */
  addRow(limit: number): number {
    return this.limits.push(limit) - 1;
  }

  /** @returns the column's index. */
  addColumn(
    cost: number,
    entries: readonly (readonly [row: number, value: number])[],
    upper = Infinity,
  ): number {
    for (const [row, value] of entries) {
      this.indices.push(row);
      this.values.push(value);
    }
    this.starts.push(this.indices.length);
    this.uppers.push(upper);
    return this.costs.push(cost) - 1;
  }

  get columns(): number {
    return this.costs.length;
  }

  /** @throws {LinearProgramError} when there is no optimum. */
  solve(highs: Highs): { readonly x: Float64Array; readonly objective: number } {
    const numCols = this.costs.length;
    const numRows = this.limits.length;
    const unbounded = (value: number) => (value === Infinity ? highs.infinity : value);
    const model = highs.createModel({
      numCols,
      numRows,
      colCost: this.costs,
      colLower: new Float64Array(numCols),
      colUpper: this.uppers.map(unbounded),
      rowLower: this.limits.map(() => -highs.infinity),
      rowUpper: this.limits.map(unbounded),
      matrix: {
        format: 'csc',
        numRows,
        numCols,
        starts: this.starts,
        indices: this.indices,
        values: this.values,
      },
    });
    try {
      model.options.set({ output_flag: false });
      model.run();
      if (model.getModelStatus() !== highs.constants.modelStatus.optimal) throw new LinearProgramError();
      return { x: model.getSolution().colValue, objective: model.getObjectiveValue() };
    } finally {
      model.dispose();
    }
  }
}

/** The solver did not find an optimum. */
export class LinearProgramError extends Error {
  readonly code = 'no-optimum';
  constructor() {
    super('the solver found no optimum of the linear program: run with --no-optimum, and report the options');
    this.name = 'LinearProgramError';
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
