import * as client from '@kubernetes/client-node';
import { z } from 'zod';
import type { Manifest } from './kubernetes.harness.js';
import { missing } from './shipped.harness.js';

const fieldsSchema = z.array(z.object({ baseName: z.string(), type: z.string() }));
const models: Readonly<Record<string, unknown>> = { ...client };

function fieldsOf(type: string): z.infer<typeof fieldsSchema> {
  const model = models[type];
  if (typeof model === 'function' && 'attributeTypeMap' in model)
    return fieldsSchema.parse(model.attributeTypeMap);
  return missing(`the model ${type}`);
}

/** What a field may be beyond a model: as the API's OpenAPI has them, in the words of its generated client. */
const PRIMITIVES: Readonly<Record<string, z.ZodType>> = {
  string: z.string(),
  number: z.number(),
  boolean: z.boolean(),
  IntOrString: z.union([z.int(), z.string()]),
  any: z.unknown(),
  object: z.record(z.string(), z.unknown()),
  Date: z.string(),
};

/** Fields of a manifest that the Kubernetes API does not have, or that are of another type there, by path. */
export function wrongFields({ apiVersion, kind, ...manifest }: Manifest): string[] {
  const version = apiVersion.split('/').at(-1) ?? '';
  const model = `${version.charAt(0).toUpperCase()}${version.slice(1)}${kind}`;
  return checkValue({ apiVersion, kind, ...manifest }, model, kind);
}

function checkValue(value: unknown, type: string, path: string): string[] {
  const [, item] = /^Array<(.+)>$/.exec(type) ?? [];
  if (item !== undefined) {
    if (!Array.isArray(value)) return [`${path} must be a list`];
    return value.flatMap((each: unknown, i) => checkValue(each, item, `${path}[${i}]`));
  }
  const object = z.record(z.string(), z.unknown()).safeParse(value);
  const [, entry] = /^\{ \[key: string\]: (.+); \}$/.exec(type) ?? [];
  if (entry !== undefined) {
    if (!object.success) return [`${path} must be a map`];
    return Object.entries(object.data).flatMap(([key, each]) => checkValue(each, entry, `${path}.${key}`));
  }
  const primitive = PRIMITIVES[type];
  if (primitive) return primitive.safeParse(value).success ? [] : [`${path} must be ${type}`];
  if (!object.success) return [`${path} must be ${type}`];
  const fields = fieldsOf(type);
  return Object.entries(object.data).flatMap(([name, each]) => {
    const field = fields.find(({ baseName }) => baseName === name);
    return field ? checkValue(each, field.type, `${path}.${name}`) : [`${path}.${name} is not known`];
  });
}

const validatorSchema = z.custom<new (manifest: object) => { validate(): void }>(
  (value) => typeof value === 'function',
);

/**
 * Holds a manifest against the API's JSON schema: what must be there, and be one of a few values.
 * @throws with what is wrong
 */
export async function validate(manifest: Manifest): Promise<void> {
  const all = z
    .record(z.string(), z.unknown())
    .parse(await import(`kubernetes-models/${manifest.apiVersion}`));
  const Model = validatorSchema.parse(all[manifest.kind]);
  new Model(manifest).validate();
}
