import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Scripts of the page, which share one scope, in this order. */
const SCRIPTS = ['wording.js', 'chart-kinds.js', 'chart.js', 'view.js', 'timeline.js', 'main.js'];

const folder = new URL('../../../page/', import.meta.url);
const require = createRequire(import.meta.url);

/** What a page carries with it: the chart library with its licence, and our own. */
export async function loadPageParts(): Promise<{ script: string; style: string }> {
  const library = (file: string) => readFile(require.resolve(`uplot/${file}`), 'utf8');
  const own = (file: string) => readFile(new URL(file, folder), 'utf8');
  const [licence, uplot, uplotStyle, style, ...scripts] = await Promise.all([
    library('LICENSE'),
    library('dist/uPlot.iife.min.js'),
    library('dist/uPlot.min.css'),
    own('incident.css'),
    ...SCRIPTS.map(own),
  ]);
  return {
    style: `${uplotStyle}\n${style}`,
    script: `/*\n${licence}*/\n${uplot}\n(() => {\n'use strict';\n${scripts.join('\n')}})();\n`,
  };
}
