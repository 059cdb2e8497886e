import { readFileSync } from 'node:fs';
import { policyDocumentSchema, type PolicyDocument } from '@spillway/contracts';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';

/** A file that is no policy. The message lists everything that is wrong with it, a line each. */
export class PolicyFileError extends Error {
  readonly code = 'invalid-policy';
  constructor(
    path: string,
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super([`${path} is no policy:`, ...problems.map((problem) => `  ${problem}`)].join('\n'), options);
    this.name = 'PolicyFileError';
  }
}

/** Reads and checks a policy in YAML or JSON, with every default filled in. @throws {PolicyFileError} */
export function readPolicyFile(path: string): PolicyDocument {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const problem = `the file cannot be read (${(cause as NodeJS.ErrnoException).code}): check its path and rights`;
    throw new PolicyFileError(path, [problem], { cause });
  }
  return parsePolicy(text, path);
}

/** @param name what messages call the text. @throws {PolicyFileError} */
export function parsePolicy(text: string, name: string): PolicyDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map(
      ({ pos, message }) => `line ${lines.linePos(pos[0]).line}: ${message}`,
    );
    throw new PolicyFileError(name, problems);
  }
  const parsed = policyDocumentSchema.safeParse(toPlain(document, name));
  if (parsed.success) return parsed.data;
  throw new PolicyFileError(
    name,
    parsed.error.issues.map((issue) => describeIssue(issue, document, lines)),
  );
}

/** Aliases are resolved only here. */
function toPlain(document: Document, name: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new PolicyFileError(name, [(cause as Error).message], { cause });
  }
}

type Issue = NonNullable<ReturnType<typeof policyDocumentSchema.safeParse>['error']>['issues'][number];

function describeIssue(issue: Issue, document: Document, lines: LineCounter): string {
  const path = issue.path.map(String);
  const fix = fixFor(issue, document.getIn(path));
  const what = `${path.join('.') || 'the whole'}: ${issue.message}`;
  return `line ${lineOf(path, document, lines)}: ${what}${fix === undefined ? '' : `; ${fix}`}`;
}

/** What the message does not say itself. */
function fixFor(issue: Issue, value: unknown): string | undefined {
  if (issue.code === 'unrecognized_keys') return 'remove it or correct its spelling';
  if (issue.code !== 'invalid_type') return undefined;
  if (value === undefined) return 'add it';
  // YAML reads 4.10 as the number 4.1.
  return issue.expected === 'string' && typeof value === 'number' ? 'put it in quotes' : undefined;
}

/** The line where a value stands, or where the nearest thing around it begins. */
function lineOf(path: readonly string[], document: Document, lines: LineCounter): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
