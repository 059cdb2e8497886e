import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { missing, readShipped, ROOT } from './shipped.harness.js';

const FOLDER = 'deploy/kubernetes';
const labels = z.record(z.string(), z.string());

const envSchema = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.unknown().optional(),
});
const probeSchema = z.object({
  httpGet: z.object({ path: z.string(), port: z.union([z.string(), z.number()]) }).optional(),
});
const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(envSchema).default([]),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  livenessProbe: probeSchema.optional(),
  readinessProbe: probeSchema.optional(),
  resources: z.object({ requests: labels, limits: labels }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
});
export type Container = z.infer<typeof containerSchema>;

const volumeSchema = z.object({
  name: z.string(),
  configMap: z.object({ name: z.string() }).optional(),
  secret: z.object({ secretName: z.string() }).optional(),
});
export const podTemplateSchema = z.object({
  metadata: z.object({ labels }),
  spec: z.object({
    initContainers: z.array(containerSchema).default([]),
    containers: z.array(containerSchema),
    volumes: z.array(volumeSchema).default([]),
  }),
});
export type PodTemplate = z.infer<typeof podTemplateSchema>;

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z.record(z.string(), z.unknown()).optional(),
  rules: z.unknown().optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;

export const manifestsIn = (text: string): Manifest[] =>
  parseAllDocuments(text).map((document) => manifestSchema.parse(document.toJS()));

const generatorSchema = z
  .array(
    z.object({
      name: z.string(),
      files: z.array(z.string()).default([]),
      literals: z.array(z.string()).default([]),
    }),
  )
  .default([]);
const kustomizationSchema = z.object({
  resources: z.array(z.string()),
  images: z.array(z.object({ name: z.string() })).default([]),
  configMapGenerator: generatorSchema,
  secretGenerator: generatorSchema,
});
export type Kustomization = z.infer<typeof kustomizationSchema>;

export const kustomizationOf = (folder: string): Kustomization =>
  kustomizationSchema.parse(parse(readShipped(`${FOLDER}/${folder}/kustomization.yaml`)));

/** Those of a folder's files, by their kustomization. */
export const shippedManifests = (folder: string): Manifest[] =>
  kustomizationOf(folder).resources.flatMap((file) =>
    manifestsIn(readShipped(`${FOLDER}/${folder}/${file}`)),
  );

export const manifestFiles = (folder: string) =>
  readdirSync(join(ROOT, FOLDER, folder)).filter(
    (file) => file.endsWith('.yaml') && file !== 'kustomization.yaml',
  );

/** Of all workloads among them, by the name of the workload. */
export function podTemplates(manifests: readonly Manifest[]): Map<string, PodTemplate> {
  const found = manifests.flatMap(({ metadata, spec }): [string, PodTemplate][] =>
    spec?.['template'] === undefined ? [] : [[metadata.name, podTemplateSchema.parse(spec['template'])]],
  );
  return new Map(found);
}

export const containersOf = ({ spec }: PodTemplate): Container[] =>
  spec.initContainers.concat(spec.containers);

export const manifestCalled = (manifests: readonly Manifest[], kind: string, name: string): Manifest =>
  manifests.find((each) => each.kind === kind && each.metadata.name === name) ?? missing(`${kind} ${name}`);

/** Variables that Kubernetes puts into a container's other values: `$(NAME)`. */
export const expandedIn = (container: Container): Set<string> => {
  const values = [...container.command, ...container.args, ...container.env.map(({ value }) => value ?? '')];
  return new Set(values.flatMap((value) => [...value.matchAll(/\$\((\w+)\)/g)].map(([, name = '']) => name)));
};
