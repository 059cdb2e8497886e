import { z } from 'zod';

/** One variable as a reader of the reference sees it. */
export interface ConfigField {
  readonly name: string;
  readonly description: string;
  /** As one would write it in the environment; `undefined` when there is none. */
  readonly default: string | undefined;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
}

/** The variables of a schema in its own order. */
export function describeConfig(schema: z.ZodObject): ConfigField[] {
  return Object.entries(schema.shape).map(([name, field]) => describeField(name, field));
}

/** Descriptions and marks may sit on any layer of a field: `secret().optional()` hides them one below. */
function describeField(name: string, field: z.core.$ZodType): ConfigField {
  let description = '';
  let standard: string | undefined;
  let isSecret = false;
  let isRequired = true;
  for (let layer: z.core.$ZodType | undefined = field; layer; layer = innerOf(layer)) {
    const meta = z.globalRegistry.get(layer);
    description ||= meta?.description ?? '';
    isSecret ||= meta?.['secret'] === true;
    const { def } = (layer as z.core.$ZodTypes)._zod;
    if (def.type === 'default' || def.type === 'prefault') standard ??= writeValue(def.defaultValue);
    if (def.type === 'optional' || def.type === 'default' || def.type === 'prefault') isRequired = false;
  }
  return { name, description, default: standard, isRequired, isSecret };
}

function innerOf(layer: z.core.$ZodType): z.core.$ZodType | undefined {
  const { def } = (layer as z.core.$ZodTypes)._zod;
  if ('innerType' in def) return def.innerType;
  return def.type === 'pipe' ? def.in : undefined;
}

function writeValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(writeValue).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The reference of a process's variables as a Markdown table under `title`. */
export function configMarkdown(title: string, schema: z.ZodObject): string {
  const rows = describeConfig(schema).map((field) => {
    const names = field.isSecret ? `\`${field.name}\` or \`${field.name}_FILE\`` : `\`${field.name}\``;
    const standard = field.isRequired ? 'required' : field.default ? `\`${field.default}\`` : '';
    return `| ${names} | ${standard} | ${escapeCell(field.description)} |`;
  });
  return [`# ${title}`, '', '| variable | default | meaning |', '| --- | --- | --- |', ...rows, ''].join(
    '\n',
  );
}

const escapeCell = (text: string) => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
