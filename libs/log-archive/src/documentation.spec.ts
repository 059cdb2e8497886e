import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

describe('docs/archive-format.md', () => {
  it('shows lines that are really written', async () => {
    const fixture = (await read('../fixtures/version-1.jsonl')).split('\n');
    const page = await read('../../../docs/archive-format.md');
    const shown = [...page.matchAll(/```json\n([^`]*)```/g)].map(
      ([, text = '']) => JSON.parse(text) as unknown,
    );
    expect(shown).toHaveLength(6);
    for (const line of shown) expect(fixture).toContain(JSON.stringify(line));
  });
});
