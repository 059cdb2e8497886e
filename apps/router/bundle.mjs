// Makes of `dist/main.js` and all that it loads one file, `dist/main.bundle.js`: opening and linking 1,700 modules takes
// half the time of a start. Errors keep their functions' names; `node --enable-source-maps` tells files and lines too.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('dist', import.meta.url));

/** What Nest loads when it is used. */
const NOT_INSTALLED = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'amqp-connection-manager',
  'class-transformer',
  'class-validator',
  'ioredis',
  'kafkajs',
  'mqtt',
];

/** Modules that look for files beside themselves find them where they would without a bundle. */
const keepPlaces = {
  name: 'keep-places',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!/__dirname|import\.meta\.url/.test(text)) return undefined;
      const place = (of) => `urlFromBundle(${JSON.stringify(relative(dist, of))})`;
      const contents = text
        .replaceAll(/\b__dirname\b/g, `pathOfUrl(${place(dirname(path))})`)
        .replaceAll('import.meta.url', place(path));
      return { contents, loader: 'js' };
    }),
};

const { outputFiles } = await build({
  entryPoints: [`${dist}/main.js`],
  outfile: `${dist}/main.bundle.js`,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  write: false,
  plugins: [keepPlaces],
  external: NOT_INSTALLED,
  banner: {
    js: [
      "import { createRequire as requireFrom } from 'node:module';",
      "import { fileURLToPath as pathOfUrl } from 'node:url';",
      'const require = requireFrom(import.meta.url);',
      'const urlFromBundle = (path) => new URL(path, import.meta.url).href;',
    ].join('\n'),
  },
  logLevel: 'warning',
});

// esbuild names whatever is made, whenever it is: closures too, again and again. Classes are enough.
const NAMING = 'var __name = (target, value) => __defProp(';
const NAMING_CLASSES = NAMING.replace('=> ', '=> !target.prototype || target.name === value ? target : ');

for (const { path, text } of outputFiles) {
  if (path.endsWith('.js') && !text.includes(NAMING)) throw new Error(`${path} does not name as it did`);
  await writeFile(path, text.replace(NAMING, NAMING_CLASSES));
}
