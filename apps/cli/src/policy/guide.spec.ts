import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from './policy-file.js';

const guide = readFileSync(new URL('../../../../docs/policy.md', import.meta.url), 'utf8');
const examples = [...guide.matchAll(/```yaml\n([^`]*)```/g)].map(([, text = '']) => text);

describe('the guide to the policy', () => {
  it.each(examples)('has an example that is a valid policy: %s', (text) => {
    expect(parsePolicy(text, 'docs/policy.md')).toMatchObject({ revision: expect.any(String) });
  });

  it('tells the commands that there are', () => {
    const told = [...guide.matchAll(/^\| `spillway policy (\w+)/gm)].map(([, name]) => name);
    expect(told).toEqual(['check', 'diff', 'shadow', 'apply', 'show']);
  });
});
