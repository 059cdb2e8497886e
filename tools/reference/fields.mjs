/** A table of everything in a JSON schema, however deep: `region.require[]`. */
export function fieldsTable(schema) {
  const rows = [...fieldsOf(schema, '')].map(
    ({ path, schema: field, isRequired }) =>
      `| \`${path}\` | ${cell(typeOf(field))} | ${isRequired ? 'always' : ''} | ${cell(meaningOf(field))} |`,
  );
  return ['| field | type | there | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function* fieldsOf(schema, path) {
  for (const [name, value] of Object.entries(schema.properties ?? {})) {
    const field = path === '' ? name : `${path}.${name}`;
    yield { path: field, schema: value, isRequired: schema.required?.includes(name) ?? false };
    yield* inside(value, field);
  }
}

function* inside(schema, path) {
  for (const variant of variantsOf(schema)) {
    yield* fieldsOf(variant, path);
    if (variant.items) yield* inside(variant.items, `${path}[]`);
    if (typeof variant.additionalProperties === 'object') {
      yield* inside(variant.additionalProperties, `${path}.*`);
    }
  }
}

const variantsOf = (schema) => schema.anyOf ?? schema.oneOf ?? [schema];

function typeOf(schema) {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return [...new Set(variants.map(typeOf))].join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  const type = [schema.type].flat().join(' or ');
  if (type === 'array') return `list of ${typeOf(schema.items ?? {})}${boundsOf(schema, 'Items')}`;
  if (type === 'string')
    return `${schema.format ?? 'string'}${patternOf(schema)}${boundsOf(schema, 'Length')}`;
  if (type === 'object' && typeof schema.additionalProperties === 'object') {
    return `${typeOf(schema.additionalProperties)} by name`;
  }
  return `${type || 'anything'}${rangeOf(schema)}`;
}

const patternOf = ({ format, pattern }) => (pattern && !format ? ` \`${pattern}\`` : '');

function boundsOf(schema, what) {
  const [least, most] = [schema[`min${what}`], schema[`max${what}`]];
  if (least === undefined && most === undefined) return '';
  return `, ${least ?? 0}–${most ?? '∞'}${what === 'Length' ? ' characters' : ''}`;
}

function rangeOf({ minimum, maximum, exclusiveMinimum }) {
  const most = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (exclusiveMinimum !== undefined)
    return `, above ${exclusiveMinimum}${most === undefined ? '' : `, at most ${most}`}`;
  if (minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER) {
    return most === undefined ? `, ${minimum} or more` : `, ${minimum}–${most}`;
  }
  return most === undefined ? '' : `, at most ${most}`;
}

function meaningOf({ description = '', default: preset }) {
  const said = preset === undefined ? '' : `Default \`${JSON.stringify(preset)}\`.`;
  return [description, said].filter(Boolean).join(' ');
}

/** A vertical bar would end the cell. */
export const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
