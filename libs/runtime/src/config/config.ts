import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { describeConfig, type ConfigField } from './config-reference.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong with the environment, in one message. */
export class ConfigError extends Error {
  readonly code = 'invalid-config';
  constructor(readonly problems: readonly string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(`The configuration has ${count}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads a process's configuration from its environment. The schema's keys are the variables' names; a variable
 * that is empty counts as not set, and a field marked `secret()` may come from the file `<NAME>_FILE` names.
 * @throws {ConfigError} with the first problem of every variable.
 */
export function loadConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: Environment = process.env,
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const fields = describeConfig(schema);
  const problems: string[] = [];
  const values: Record<string, string> = {};
  const reported = new Set<string>();
  for (const field of fields) {
    const read = readVariable(field, env);
    if (read.problem !== undefined) {
      problems.push(read.problem);
      reported.add(field.name);
    } else if (read.value !== undefined) values[field.name] = read.value;
  }
  const parsed = schema.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0] ?? '');
    const field = fields.find((candidate) => candidate.name === name);
    if (!field) problems.push(issue.message);
    else if (!reported.has(name)) problems.push(describeProblem(field, issue, values[name]));
    reported.add(name);
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(parsed.data);
}

interface Reading {
  readonly value?: string;
  readonly problem?: string;
}

function readVariable({ name, isSecret }: ConfigField, env: Environment): Reading {
  const value = env[name] || undefined;
  const path = env[`${name}_FILE`];
  if (!isSecret || !path) return value === undefined ? {} : { value };
  if (value !== undefined) {
    return { problem: `${name} and ${name}_FILE are both set: unset one of them.` };
  }
  try {
    return { value: readFileSync(path, 'utf8') };
  } catch (error) {
    const cause = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { problem: `${name}_FILE: cannot read ${path} (${cause}). Name a file this process may read.` };
  }
}

const SHOWN_CHARACTERS = 60;

function describeProblem(field: ConfigField, issue: z.core.$ZodIssue, value: string | undefined): string {
  const { name, isSecret, description } = field;
  if (value === undefined) {
    const wrong = issue.code === 'custom' ? issue.message : 'is not set';
    return `${name} ${wrong}. Set it to ${lowerFirst(description) || 'a value'}.`;
  }
  const shown = isSecret ? '' : `, is ${JSON.stringify(maskUserInfo(value).slice(0, SHOWN_CHARACTERS))}`;
  const otherwise = field.default === undefined ? '' : `, or unset it to get ${field.default}`;
  return `${name} ${issue.message}${shown}. Correct it${otherwise}.`;
}

/** A URL's user name and password, RFC 3986 §3.2.1. */
const maskUserInfo = (value: string) => value.replaceAll(/\/\/[^/\s]*@/g, '//***@');

/** For the middle of a sentence; leaves abbreviations alone. */
const lowerFirst = (text: string) =>
  /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
