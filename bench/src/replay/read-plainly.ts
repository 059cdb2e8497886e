// What a replay is held against: unpacks an archive and parses its lines as JSON, and nothing else.
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

const [path = ''] = process.argv.slice(2);
let rest = '';
for await (const text of createReadStream(path).pipe(createGunzip()).setEncoding('utf8')) {
  const lines = (rest + String(text)).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) JSON.parse(line);
}
