import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { asyncApiDocument } from './asyncapi.js';
import { parseSubject, QUERY_ICE_SERVERS, QUERY_NODE_COMMAND } from './subjects.js';

const require = createRequire(import.meta.url);

interface Document {
  channels: Record<string, { address: string }>;
  components: { messages: Record<string, { payload: object }> };
}

describe('The AsyncAPI document', () => {
  const document = asyncApiDocument() as Document;

  it('is valid AsyncAPI 3.0', () => {
    const schema = require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;
    const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
    ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-06.json') as object);
    const validate = ajv.compile(schema);
    validate(document);
    expect(validate.errors).toBeNull();
  });

  it('describes the subjects that the code understands', () => {
    for (const { address } of Object.values(document.channels)) {
      const subject = address.replaceAll(/\{\w+\}/g, 'x');
      const isQuery = subject === QUERY_ICE_SERVERS || subject === QUERY_NODE_COMMAND;
      expect(isQuery || parseSubject(subject)).toBeTruthy();
    }
  });

  it('refers only to messages that it defines', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/messages\/(\w+)"/g);
    for (const [, name = ''] of references) expect(document.components.messages).toHaveProperty(name);
  });
});
