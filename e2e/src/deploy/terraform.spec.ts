import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { policyDocumentSchema } from '@spillway/contracts';
import { parse } from 'yaml';
import { z } from 'zod';
import { missing, readShipped, ROOT, variablesOf } from './shipped.harness.js';
import {
  argumentPaths,
  readModule,
  referredTo,
  type Body,
  type TerraformModule,
} from './terraform.harness.js';

const MODULES = ['region', 'autoscaler', 'example'] as const;
/** What Terraform itself has in every block. */
const META = new Set(['for_each', 'count', 'depends_on', 'lifecycle', 'provider']);
const CLI = join(ROOT, 'apps/cli/dist/main.js');
/** No package of Debian has it, so that it is not asked for anywhere. */
const hasTerraform = spawnSync('terraform', ['version'], { stdio: 'ignore' }).status === 0;
const PROVIDER_FOLDER = join(ROOT, 'apps/autoscaler/src/providers/aws-asg');

const argumentsSchema = z.object({ arguments: z.record(z.string(), z.string()) });
const known = argumentsSchema.parse(
  JSON.parse(readFileSync(new URL('aws-arguments.json', import.meta.url), 'utf8')),
).arguments;

const statementsSchema = z.array(z.object({ actions: z.array(z.string()), resources: z.unknown() }));

describe('deploy/terraform/aws', () => {
  const modules = new Map<string, TerraformModule>();
  const get = (name: (typeof MODULES)[number]) => modules.get(name) ?? missing(name);
  const block = (module: TerraformModule, address: string): Body =>
    module.blocks.get(address) ?? missing(`${module.name}: ${address}`);

  beforeAll(async () => {
    for (const name of MODULES) modules.set(name, await readModule(name));
  });

  it.each(MODULES)('%s refers to nothing that it does not declare, and declares nothing in vain', (name) => {
    const { text, variables, locals, blocks, calls } = get(name);
    expect(referredTo(text, 'var').toSorted()).toEqual(Object.keys(variables).toSorted());
    expect(referredTo(text, 'local').toSorted()).toEqual(Object.keys(locals).toSorted());
    expect(referredTo(text, 'module').toSorted()).toEqual(Object.keys(calls).toSorted());
    for (const [address] of text.matchAll(/(?<![\w."])(?:data\.)?aws_\w+\.\w+/g)) {
      expect([...blocks.keys()]).toContain(address);
    }
  });

  it.each(MODULES)('%s gives AWS only arguments that its provider knows, and all that it needs', (name) => {
    for (const [address, each] of get(name).blocks) {
      const type = address.split('.').slice(0, -1).join('.');
      const names = known[type]?.split(' ') ?? (Object.keys(each).length === 0 ? [] : missing(type));
      const set = argumentPaths(each).filter((path) => !META.has(path.split('.')[0] ?? ''));
      expect(names.map((path) => path.replace('!', ''))).toEqual(expect.arrayContaining(set));
      const required = names.filter((path) => path.endsWith('!')).map((path) => path.slice(0, -1));
      expect(set).toEqual(expect.arrayContaining(required));
    }
  });

  it('gives the modules of the example what they take, and uses what they give', () => {
    const { calls, text } = get('example');
    for (const [call, { source, providers: _, ...given }] of Object.entries(calls)) {
      const module = get(z.enum(MODULES).parse(String(source).replace('../', '')));
      const needed = Object.entries(module.variables).filter(([, variable]) => !('default' in variable));
      expect(Object.keys(module.variables)).toEqual(expect.arrayContaining(Object.keys(given)));
      expect(Object.keys(given)).toEqual(expect.arrayContaining(needed.map(([name]) => name)));
      expect(Object.keys(module.outputs)).toEqual(
        expect.arrayContaining(referredTo(text, `module\\.${call}`)),
      );
    }
  });

  it('lets the autoscaler do just what its provider does', () => {
    const source = readdirSync(PROVIDER_FOLDER).map((file) =>
      readFileSync(join(PROVIDER_FOLDER, file), 'utf8'),
    );
    const calls = source.join('\n').matchAll(/new (?:\w+\.)*(\w+)Command\(/g);
    const policy = block(get('autoscaler'), 'data.aws_iam_policy_document.autoscaler');
    const statements = statementsSchema.parse(policy['statement']);
    const allowed = statements.flatMap(({ actions }) => actions);
    expect(allowed.toSorted()).toEqual(
      [...new Set([...calls].map(([, call]) => `autoscaling:${call}`))].toSorted(),
    );
    const anywhere = statements.filter(({ resources }) => JSON.stringify(resources) === '["*"]');
    expect(anywhere.flatMap(({ actions }) => actions)).toEqual(['autoscaling:DescribeAutoScalingGroups']);
  });

  it('lets a node read its join token and nothing else', () => {
    const { blocks } = get('region');
    const policies = [...blocks.keys()].filter((address) =>
      /aws_iam_(?:role_policy|policy_attachment|role_policy_attachment)\./.test(address),
    );
    expect(policies).toEqual(['aws_iam_role_policy.join_token']);
    expect(block(get('region'), 'data.aws_iam_policy_document.join_token')['statement']).toEqual([
      {
        actions: ['ssm:GetParameter'],
        resources: [expect.stringMatching(/:parameter\/\$\{.*join_token_parameter/)],
      },
    ]);
  });

  it('is a group as the provider needs it', () => {
    const group = block(get('region'), 'aws_autoscaling_group.turn');
    expect(group).toMatchObject({
      min_size: 0,
      protect_from_scale_in: true,
      suspended_processes: ['AZRebalance'],
    });
    expect(group).not.toHaveProperty('desired_capacity');
    expect(block(get('region'), 'aws_autoscaling_lifecycle_hook.drain')).toMatchObject({
      lifecycle_transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      default_result: 'CONTINUE',
    });
  });

  it('says what the policy must name: a group, its AWS region and its hook', () => {
    const { outputs, locals } = get('region');
    const value = z.record(z.string(), z.string()).parse(outputs['provider']?.['value']);
    const told = {
      ...value,
      group: value['group']?.replace(
        '${aws_autoscaling_group.turn.name}',
        String(locals['group']).replace('${var.region}', 'eu-central-1'),
      ),
      awsRegion: value['awsRegion']?.replace('${data.aws_region.current.region}', 'eu-central-1'),
      lifecycleHook: value['lifecycleHook']?.replace('${aws_autoscaling_lifecycle_hook.drain.name}', 'drain'),
    };
    const policy = {
      revision: 'r',
      defaultRegion: 'eu-central-1',
      regions: { 'eu-central-1': { scaling: { provider: told, max: 1 } } },
    };
    expect(policyDocumentSchema.parse(policy).regions['eu-central-1']?.scaling.provider).toEqual({
      kind: 'aws-asg',
      group: 'turn-eu-central-1',
      awsRegion: 'eu-central-1',
      lifecycleHook: 'drain',
    });
  });

  it('opens the ports that the rendered relay and its reporter listen on, and no others', () => {
    const given =
      'render coturn --node n --realm r --listen-ip 192.0.2.1 --cert c --key k --master 0123456789abcdef';
    const rendered = execFileSync(process.execPath, [CLI, ...given.split(' ')], { encoding: 'utf8' });
    const option = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(rendered)?.[1]);
    const [port, tls] = [option('listening-port'), option('tls-listening-port')];
    expect(get('region').locals['turn_ports']).toEqual({
      'turn-udp': { protocol: 'udp', from: port, to: port },
      'turn-tcp': { protocol: 'tcp', from: port, to: port },
      'turns-tcp': { protocol: 'tcp', from: tls, to: tls },
      'relay-udp': { protocol: 'udp', from: option('min-port'), to: option('max-port') },
    });
    const reporter = variablesOf('reporter').get('HTTP_PORT')?.default;
    const { from_port, to_port } = block(get('region'), 'aws_vpc_security_group_ingress_rule.prometheus');
    expect([from_port, to_port]).toEqual([Number(reporter), Number(reporter)]);
  });

  it('is what the guide shows: its policy has these groups, within their bounds', () => {
    const guide = readShipped('docs/aws.md');
    const [, yaml = missing('the policy')] = /```yaml\n(revision[^`]+)```/.exec(guide) ?? [];
    const policy = policyDocumentSchema.parse(parse(yaml));
    const modules = Object.values(get('example').calls).filter(({ source }) => source === '../region');
    expect(new Set(modules.map(({ region }) => region))).toEqual(new Set(Object.keys(policy.regions)));
    for (const { region, max_size } of modules) {
      const { provider, max = 0 } = policy.regions[String(region)]?.scaling ?? {};
      const group = String(get('region').locals['group']).replace('${var.region}', String(region));
      expect(provider).toEqual({ kind: 'aws-asg', group, awsRegion: region, lifecycleHook: 'drain' });
      expect(max).toBeLessThanOrEqual(Number(max_size));
    }
    const sites = /<<'JSON'\n([^]+?)\nJSON/.exec(guide)?.[1] ?? missing('sites');
    expect(parse(sites)).toEqual({
      sites: Object.fromEntries(modules.map(({ region }) => [region, expect.anything()])),
    });
  });
});

(hasTerraform ? describe : describe.skip)('deploy/terraform [needs terraform]', () => {
  it('is formatted as Terraform would', () => {
    const args = ['fmt', '-check', '-recursive', join(ROOT, 'deploy/terraform')];
    const { status, stdout } = spawnSync('terraform', args, { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});
