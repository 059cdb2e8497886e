// `bare-nats.js <NATS url> <subject>`: answers requests with the client alone, as little as it takes.
// oxlint-disable-next-line no-restricted-imports -- what libs/messaging makes of the client is what this is held against
import { connect } from '@nats-io/transport-node';
import { answerLike } from './answer-like.js';
import { reportToParent } from './child.js';

const [servers = '', subject = ''] = process.argv.slice(2);
const connection = await connect({ servers });
connection.subscribe(subject, {
  callback: (error, message) => {
    if (error) throw error;
    const { userId } = message.json<{ userId: string }>();
    message.respond(JSON.stringify(answerLike(userId)));
  },
});
await connection.flush();
reportToParent(0);
