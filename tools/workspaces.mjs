// The packages of this repository that have tests.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepError } from './run.mjs';

const readPackage = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

function testedWorkspaces() {
  return readPackage('.')
    .workspaces.flatMap((pattern) => {
      const parent = pattern.replace(/\/\*$/, '');
      return parent === pattern ? [pattern] : readdirSync(parent).map((name) => join(parent, name));
    })
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, ...readPackage(folder) }))
    .filter(({ scripts }) => scripts?.test)
    .map(({ folder, name }) => ({ folder, name }));
}

/**
 * Splits a command line into packages, by name or folder and with or without their prefix, and what is for Jest.
 * No package means all of them.
 */
export function chooseWorkspaces(args) {
  const all = testedWorkspaces();
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  const names = firstOption < 0 ? args : args.slice(0, firstOption);
  const jestOptions = args.slice(names.length);
  if (names.length === 0) return { workspaces: all, jestOptions };
  const workspaces = names.map((name) => {
    const found = all.find(
      (each) =>
        [each.name, each.folder, `@spillway/${name}`].includes(name) || each.name === `@spillway/${name}`,
    );
    if (found) return found;
    throw new StepError(`no package "${name}"; there are: ${all.map((each) => each.name).join(' ')}`);
  });
  return { workspaces, jestOptions };
}
