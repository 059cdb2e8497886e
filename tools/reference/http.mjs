import { fieldsTable } from './fields.mjs';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The router over HTTP, from its OpenAPI document. */
export function httpMarkdown({ info, paths, components }) {
  const schemas = new Map(Object.entries(components.schemas));
  const sections = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) =>
      operationMarkdown(`${method.toUpperCase()} ${path}`, item[method], item.parameters ?? []),
    ),
  );
  return [
    '# The router over HTTP',
    `${info.description} The same for programs: [OpenAPI](openapi.json), which every router serves as \`/openapi.json\`. All errors: [errors](errors.md).`,
    ...sections.flat(),
    '# What is sent',
    ...[...schemas].flatMap(([name, schema]) => [`## ${name}`, fieldsTable(schema)]),
    '',
  ].join('\n\n');
}

function operationMarkdown(title, operation, shared) {
  const parameters = [...shared, ...(operation.parameters ?? [])];
  const body = operation.requestBody?.content?.['application/json']?.schema;
  return [
    `## \`${title}\``,
    `${operation.summary}.`,
    operation.description ?? '',
    parameters.length > 0
      ? parameters.map((each) => `- \`${each.name}\`: ${each.description}`).join('\n')
      : '',
    body ? `Body: ${linkTo(body)}.` : '',
    answersOf(operation.responses).join('\n'),
  ].filter(Boolean);
}

/** Problems have a page of their own. */
function answersOf(responses) {
  return Object.entries(responses).flatMap(([status, { description, content = {} }]) => {
    if (content['application/problem+json'] && Number(status) >= 400) return [];
    const schema = content['application/json']?.schema;
    return [`- ${status}: ${description}${schema ? `, ${linkTo(schema)}` : ''}`];
  });
}

function linkTo(schema) {
  const name = schema.$ref?.split('/').at(-1);
  return name ? `[${name}](#${name.toLowerCase()})` : 'JSON';
}
