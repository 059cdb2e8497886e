import { describe, expect, it } from '@jest/globals';
import { policyDocumentSchema } from '@spillway/contracts';
import { parse } from 'yaml';
import { z } from 'zod';
import { validate, wrongFields } from './kubernetes-schema.harness.js';
import {
  containersOf,
  expandedIn,
  kustomizationOf,
  manifestCalled,
  manifestFiles,
  podTemplates,
  shippedManifests,
  type Container,
} from './kubernetes.harness.js';
import { missing, readShipped, variablesOf } from './shipped.harness.js';

const BASES = ['control', 'relays'] as const;
const manifests = { control: shippedManifests('control'), relays: shippedManifests('relays') };
const all = [...manifests.control, ...manifests.relays];
const pods = podTemplates(all);
const pod = (name: string) => pods.get(name) ?? missing(name);
const containers = [...pods].flatMap(([workload, template]) =>
  containersOf(template).map((container) => ({ title: `${workload}/${container.name}`, container })),
);
const appOf = ({ image }: Container) => /^spillway\/(\w+)$/.exec(image)?.[1];
const overlay = (base: (typeof BASES)[number]) => kustomizationOf(`example/${base}`);
/** What the overlay puts into the ConfigMap that relays take their variables from. */
const regional = overlay('relays').configMapGenerator.flatMap(({ literals }) =>
  literals.map((each) => each.split('=')[0] ?? ''),
);

describe('deploy/kubernetes', () => {
  it.each(all.map((manifest) => ({ manifest, title: `${manifest.kind} ${manifest.metadata.name}` })))(
    '$title is as the Kubernetes API has it',
    async ({ manifest }) => {
      expect(wrongFields(manifest)).toEqual([]);
      await validate(manifest);
    },
  );

  it('notices a field that is misspelt, and one that is missing', async () => {
    const router = manifestCalled(all, 'StatefulSet', 'router');
    const misspelt = { ...router, spec: { ...router.spec, replica: 2, replicas: '2' } };
    expect(wrongFields(misspelt)).toEqual([
      'StatefulSet.spec.replicas must be number',
      'StatefulSet.spec.replica is not known',
    ]);
    const { selector: _, ...rest } = router.spec ?? {};
    await expect(validate({ ...router, spec: rest })).rejects.toThrow('selector');
  });

  it.each(BASES)('%s uses every file there is, and its example gives it all that it wants', (base) => {
    expect(kustomizationOf(base).resources.toSorted()).toEqual(manifestFiles(base).toSorted());
    const { images, configMapGenerator, secretGenerator } = overlay(base);
    const templates = [...podTemplates(manifests[base]).values()];
    const made = configMapGenerator.concat(kustomizationOf(base).configMapGenerator, secretGenerator);
    const wanted = templates.flatMap((template) => [
      ...template.spec.volumes.flatMap(
        ({ configMap, secret }) => configMap?.name ?? secret?.secretName ?? [],
      ),
      ...containersOf(template).flatMap(({ envFrom }) =>
        envFrom.map(({ configMapRef }) => configMapRef.name),
      ),
    ]);
    expect(new Set(made.map(({ name }) => name))).toEqual(new Set(wanted));
    const named = templates.flatMap((template) => containersOf(template).map(({ image }) => image));
    expect(new Set(images.map(({ name }) => name))).toEqual(new Set(named));
  });

  it.each(containers.filter(({ container }) => !['cli', undefined].includes(appOf(container))))(
    '$title has only variables that the process knows, and all that it must',
    ({ container }) => {
      const known = variablesOf(appOf(container) ?? '');
      const helpers = expandedIn(container);
      const names = container.env.map(({ name }) => name);
      expect([...known.keys(), ...helpers]).toEqual(expect.arrayContaining(names));
      const given = new Set([...names, ...(container.envFrom.length > 0 ? regional : [])]);
      // The file that enrolment writes has it.
      if (container.command.some((each) => each.startsWith('--env-file='))) given.add('NODE_ID');
      const required = [...known].filter(([, { isRequired }]) => isRequired).map(([name]) => name);
      const unset = required.filter(
        (name) => !given.has(name) && !given.has(`${name}_FILE`) && !given.has(name.replace(/_FILE$/, '')),
      );
      expect(unset).toEqual([]);
    },
  );

  it('gives relays no variable of the region that none of them uses', () => {
    const expanded = containersOf(pod('turn')).flatMap((each) => Array.from(expandedIn(each)));
    const used = expanded.concat(...variablesOf('reporter').keys());
    expect(used).toEqual(expect.arrayContaining(regional));
  });

  it.each(containers.filter(({ container }) => appOf(container) && container.livenessProbe))(
    '$title is probed where its process listens',
    ({ container }) => {
      const variables = variablesOf(appOf(container) ?? '');
      const port = Number(variables.get('HTTP_PORT')?.default);
      const listens = (name: string | number) =>
        container.ports.find((each) => each.name === name)?.containerPort ?? name;
      expect(container.livenessProbe?.httpGet).toMatchObject({ path: '/healthz' });
      expect(container.readinessProbe?.httpGet).toMatchObject({ path: '/readyz' });
      expect(listens(container.livenessProbe?.httpGet?.port ?? '')).toBe(port);
      expect(listens(container.readinessProbe?.httpGet?.port ?? '')).toBe(port);
      const grpc = variables.get('GRPC_PORT')?.default;
      expect(container.ports.find(({ name }) => name === 'grpc')?.containerPort).toBe(grpc && Number(grpc));
    },
  );

  it('selects pods that there are: services, budgets, network policies', () => {
    const selectors = all.flatMap(({ kind, metadata, spec }) => {
      const selector = z.object({ matchLabels: z.record(z.string(), z.string()) });
      if (kind === 'Service') return { name: metadata.name, labels: spec?.['selector'] };
      if (kind === 'PodDisruptionBudget')
        return { name: metadata.name, labels: selector.parse(spec?.['selector']).matchLabels };
      const found = selector.safeParse(kind === 'NetworkPolicy' ? spec?.['podSelector'] : undefined);
      return found.success ? { name: metadata.name, labels: found.data.matchLabels } : [];
    });
    expect(selectors).toHaveLength(11);
    for (const { name, labels } of selectors) expect(pod(name).metadata.labels).toMatchObject(labels ?? {});
  });

  it('lets the autoscaler do just what its provider does', () => {
    const source = readShipped('apps/autoscaler/src/providers/kubernetes/cluster.ts');
    const verbs: Record<string, string> = { read: 'get', replace: 'update', list: 'list', patch: 'patch' };
    const calls = [...source.matchAll(/\.(read|replace|list|patch)Namespaced(Deployment|Pod)(Scale)?\(/g)];
    const needed = calls.map(
      ([, verb = '', what = '', scale]) => `${verbs[verb]} ${what.toLowerCase()}s${scale ? '/scale' : ''}`,
    );
    const rules = z.array(z.object({ resources: z.array(z.string()), verbs: z.array(z.string()) }));
    const given = rules
      .parse(manifestCalled(all, 'Role', 'autoscaler').rules)
      .flatMap(({ resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
      );
    expect(given.toSorted()).toEqual([...new Set(needed)].toSorted());
  });

  it('names in the policy of the example the Deployment that there is', () => {
    const policy = policyDocumentSchema.parse(parse(readShipped('deploy/kubernetes/example/policy.yaml')));
    const [region] = Object.values(policy.regions);
    expect(region?.scaling.provider).toMatchObject({
      kind: 'kubernetes',
      namespace: 'turn',
      workload: 'deployments',
      name: 'turn',
    });
    const { app } = pod('turn').metadata.labels;
    expect(region?.scaling.provider).toHaveProperty('selector', `app=${app}`);
    expect(manifestCalled(all, 'Deployment', 'turn').spec).not.toHaveProperty('replicas');
  });

  it('runs NATS as deploy/nats/cluster.conf has it, under the names of its pods', () => {
    const settings = (path: string) => readShipped(path).slice(readShipped(path).indexOf('server_name'));
    const expected = settings('deploy/nats/cluster.conf')
      .replaceAll(/nats-route:\/\/nats-(\d)/g, (_, n: string) => `nats-route://nats-${Number(n) - 1}.nats`)
      .replace('include accounts.conf', 'include accounts/accounts.conf')
      .replace('http: 127.0.0.1', 'http: 0.0.0.0');
    expect(settings('deploy/kubernetes/control/nats.conf')).toBe(expected);
  });

  it.each(BASES)('%s has in its guide how every file that its example wants is made', (base) => {
    const guide = readShipped('docs/kubernetes.md');
    const files = overlay(base)
      .configMapGenerator.concat(overlay(base).secretGenerator)
      .flatMap(({ files }) => files.map((file) => file.replace(/^.*secrets\//, '')));
    const unnamed = files.filter((file) => {
      const [, role = '', id = ''] = /^(\w+)\.([\w-]+)\.creds$/.exec(file) ?? [];
      return !guide.includes(role === '' ? file : `spillway keys ${role} ${id}`);
    });
    expect(unnamed).toEqual([]);
  });
});
