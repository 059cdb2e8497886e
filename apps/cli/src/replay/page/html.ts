/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

/** HTML from a template: what is filled in is escaped, unless it is HTML itself. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | number | Html)[]): Html {
  const [first = '', ...rest] = parts;
  return new Html(rest.reduce((text, part, i) => text + escaped(values[i] ?? '') + part, first));
}

export function join(parts: readonly Html[]): Html {
  return new Html(parts.map(({ text }) => text).join(''));
}

/** For what this program itself has written. */
export function raw(text: string): Html {
  return new Html(text);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(value: string | number | Html): string {
  if (value instanceof Html) return value.text;
  return String(value).replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}
