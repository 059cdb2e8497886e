import type { PolicyDocument } from '@spillway/contracts';
import diff from 'microdiff';
import { stringify } from 'yaml';

type Path = readonly (string | number)[];

/**
 * What would change, a line each, by path: `~ threshold: 0.8 → 0.75`, `+` for what is new and `-` for what goes.
 * Lists are told whole: their places say little. Empty when the two mean the same.
 */
export function describeDifferences(before: PolicyDocument | undefined, after: PolicyDocument): string[] {
  const paths = new Map<string, Path>();
  for (const { path } of diff(before ?? {}, after)) {
    const told = upToList(path);
    paths.set(JSON.stringify(told), told);
  }
  return [...paths.values()].map((path) => describe(path, at(before, path), at(after, path)));
}

function describe(path: Path, before: unknown, after: unknown): string {
  const name = path.join('.');
  if (before === undefined) return `+ ${name}: ${inOneLine(after)}`;
  if (after === undefined) return `- ${name}: ${inOneLine(before)}`;
  return `~ ${name}: ${inOneLine(before)} → ${inOneLine(after)}`;
}

/** Members of objects have names, those of lists have numbers. */
function upToList(path: Path): Path {
  const place = path.findIndex((step) => typeof step === 'number');
  return place < 0 ? path : path.slice(0, place);
}

function at(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    return typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
  }, document);
}

function inOneLine(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}
