import { fieldsTable } from './fields.mjs';

/** Everything said on NATS, from the AsyncAPI document. */
export function natsMarkdown({ info, channels, operations, components }) {
  const sections = Object.entries(channels).map(([name, channel]) => {
    const publishers = publishersOf(operations, name);
    const messages = Object.keys(channel.messages).filter((message) => message !== 'problem');
    return [
      `## \`${channel.address}\``,
      `${summaryOf(operations, name) ?? channel.summary}.`,
      publishers.length > 0 ? `Published by: ${publishers.join(', ')}.` : '',
      ...messages.flatMap((message) => [
        messages.length > 1 ? `### ${message}` : '',
        fieldsTable(components.messages[message].payload),
      ]),
    ].filter(Boolean);
  });
  return [
    '# What is said on NATS',
    `${info.description} All payloads are JSON and are checked by the same schemas that made this page; the same for programs: [AsyncAPI](asyncapi.json). A refused request is answered with a problem document ([errors](errors.md)).`,
    ...sections.flat(),
    '',
  ].join('\n\n');
}

const of = (operations, name) =>
  Object.entries(operations).filter(([, { channel }]) => channel.$ref === `#/channels/${name}`);

const publishersOf = (operations, name) =>
  of(operations, name).flatMap(([id, { action }]) =>
    action === 'send' ? [id.replace(/Publishes.*/, '')] : [],
  );

const summaryOf = (operations, name) => of(operations, name)[0]?.[1].summary;
