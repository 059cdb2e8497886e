import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { z } from 'zod';
import { ROOT } from './shipped.harness.js';

const FOLDER = join(ROOT, 'deploy/terraform/aws');

const body = z.record(z.string(), z.unknown());
export type Body = z.infer<typeof body>;
const named = z.record(z.string(), z.tuple([body])).default({});
const typed = z.record(z.string(), named).default({});

const fileSchema = z.strictObject({
  terraform: z.array(body).default([]),
  provider: z.record(z.string(), z.array(body)).default({}),
  variable: named,
  locals: z.array(body).default([]),
  resource: typed,
  data: typed,
  module: named,
  output: named,
});

/** All files of a folder as one: what Terraform calls a module. */
export interface TerraformModule {
  readonly name: string;
  readonly text: string;
  readonly variables: Readonly<Record<string, Body>>;
  readonly locals: Body;
  /** By address: `aws_iam_role.node`, `data.aws_region.current`. */
  readonly blocks: ReadonlyMap<string, Body>;
  readonly calls: Readonly<Record<string, Body>>;
  readonly outputs: Readonly<Record<string, Body>>;
}

export async function readModule(name: string): Promise<TerraformModule> {
  const paths = readdirSync(join(FOLDER, name)).filter((file) => file.endsWith('.tf'));
  const texts = paths.map((path) => readFileSync(join(FOLDER, name, path), 'utf8'));
  const files = await Promise.all(
    texts.map(async (text, i) => fileSchema.parse(await parse(paths[i] ?? '', text))),
  );
  const all = <T>(pick: (file: (typeof files)[number]) => Record<string, T>) =>
    Object.fromEntries(files.flatMap((file) => Object.entries(pick(file))));
  const first = (blocks: Record<string, [Body]>) =>
    Object.fromEntries(Object.entries(blocks).map(([key, [each]]) => [key, each]));
  const addressed = (prefix: string, kinds: z.infer<typeof typed>) =>
    Object.entries(kinds).flatMap(([type, blocks]) =>
      Object.entries(blocks).map(([id, [each]]): [string, Body] => [`${prefix}${type}.${id}`, each]),
    );
  return {
    name,
    text: texts.join('\n').replaceAll(/^\s*#.*$/gm, ''),
    variables: first(all((file) => file.variable)),
    locals: Object.assign({}, ...files.flatMap((file) => file.locals)) as Body,
    blocks: new Map(
      files.flatMap(({ resource, data }) => addressed('', resource).concat(addressed('data.', data))),
    ),
    calls: first(all((file) => file.module)),
    outputs: first(all((file) => file.output)),
  };
}

/** Names that `text` has behind `<kind>.`, such as those of variables behind `var.`. */
export const referredTo = (text: string, kind: string): string[] => [
  ...new Set([...text.matchAll(new RegExp(`(?<![\\w.])${kind}\\.(\\w+)`, 'g'))].map(([, name = '']) => name)),
];

/** Paths of all arguments that are set, through nested blocks: `network_interfaces.security_groups`. */
export function argumentPaths(block: Body, prefix = ''): string[] {
  const paths: string[] = [];
  for (const [name, value] of Object.entries(block)) {
    paths.push(`${prefix}${name}`);
    for (const each of Array.isArray(value) ? value : []) {
      const nested = body.safeParse(each);
      if (nested.success) paths.push(...argumentPaths(nested.data, `${prefix}${name}.`));
    }
  }
  return paths;
}
