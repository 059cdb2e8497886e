import { readFile } from 'node:fs/promises';
import protobuf from 'protobufjs';
import { cell } from './fields.mjs';

/** The service definition with its comments. */
export async function grpcMarkdown(path) {
  const source = await readFile(path, 'utf8');
  const { root, package: name } = protobuf.parse(source, { keepCase: true, alternateCommentMode: true });
  const types = root.lookup(name).nestedArray;
  const services = types.filter((type) => type instanceof protobuf.Service);
  return [
    '# The router over gRPC',
    `Package \`${name}\`, defined in [ice.proto](../../libs/contracts/proto/spillway/v1/ice.proto); besides it the standard health and reflection services. Errors: [errors](errors.md).`,
    ...services.flatMap(serviceMarkdown),
    ...types.filter((type) => type instanceof protobuf.Type).flatMap(messageMarkdown),
    ...types.filter((type) => type instanceof protobuf.Enum).flatMap(enumMarkdown),
    '',
  ].join('\n\n');
}

function serviceMarkdown(service) {
  const calls = service.methodsArray.map(
    ({ name, requestType, responseType, requestStream, responseStream, comment }) =>
      `| \`${name}\` | ${requestStream ? 'stream of ' : ''}\`${requestType}\` | ${responseStream ? 'stream of ' : ''}\`${responseType}\` | ${cell(comment ?? '')} |`,
  );
  return [
    `## ${service.name}`,
    service.comment ?? '',
    ['| call | request | answer | meaning |', '| --- | --- | --- | --- |', ...calls].join('\n'),
  ];
}

function messageMarkdown(type) {
  if (type.fieldsArray.length === 0) return [`## ${type.name}`, type.comment ?? 'Empty.'];
  const fields = type.fieldsArray.map(
    (field) => `| ${field.id} | \`${field.name}\` | ${kindOf(field)} | ${cell(field.comment ?? '')} |`,
  );
  return [
    `## ${type.name}`,
    type.comment ?? '',
    ['| number | field | type | meaning |', '| --- | --- | --- | --- |', ...fields].join('\n'),
  ];
}

function kindOf(field) {
  if (field instanceof protobuf.MapField) return `map of \`${field.keyType}\` to \`${field.type}\``;
  if (field.repeated) return `repeated \`${field.type}\``;
  return `\`${field.type}\`${field.options?.proto3_optional ? ', may be absent' : ''}`;
}

function enumMarkdown({ name, comment, values }) {
  const all = Object.entries(values).map(([value, number]) => `- ${number}: \`${value}\``);
  return [`## ${name}`, comment ?? '', all.join('\n')];
}
