/** A metrics page with a label per user can grow without bound. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

/**
 * Gets a text over HTTP.
 * @throws {Error} for any other status than 200, a redirect, a text above 4 Mi characters, or no answer.
 */
export async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal, redirect: 'manual' }).catch((error: unknown) => {
    throw new Error(`no answer from ${url} (${reasonOf(error, signal)})`, { cause: error });
  });
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new Error(`${url} answered with HTTP status ${response.status}`);
  }
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.length > MAX_CHARACTERS) throw new Error(`the answer of ${url} is too long`);
  }
  return text;
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'out of time';
  const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? message;
}
