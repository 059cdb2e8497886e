import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { validate, wrongFields } from './kubernetes-schema.harness.js';
import { containersOf, manifestsIn, podTemplates } from './kubernetes.harness.js';
import { ROOT } from './shipped.harness.js';

/** No package of Debian 12 has one that is new enough, so that it is not asked for anywhere. */
const hasKubectl = spawnSync('kubectl', ['kustomize', '--help'], { stdio: 'ignore' }).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'spillway-kustomize-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What kubectl would apply, with keys and certificates made up. */
function build(example: string) {
  cpSync(join(ROOT, 'deploy/kubernetes'), folder, { recursive: true });
  const path = join(folder, 'example', example);
  mkdirSync(join(path, 'secrets'));
  const text = readFileSync(join(path, 'kustomization.yaml'), 'utf8');
  for (const [file] of text.matchAll(/secrets\/[\w.-]+/g)) writeFileSync(join(path, file), 'made up');
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', path], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return manifestsIn(stdout);
}

(hasKubectl ? describe : describe.skip)('deploy/kubernetes/example [needs kubectl]', () => {
  it.each(['control', 'relays'])('%s is taken by kubectl, and comes out valid', async (example) => {
    const manifests = build(example);
    for (const manifest of manifests) {
      expect(wrongFields(manifest)).toEqual([]);
      await validate(manifest);
    }
    const images = [...podTemplates(manifests).values()].flatMap((pod) =>
      containersOf(pod).map(({ image }) => image),
    );
    expect(images.filter((image) => !/:[\w.-]+$/.test(image))).toEqual([]);
  });
});
