import { StringDecoder } from 'node:string_decoder';

/**
 * Lines of a stream as it comes. What follows the last end of a line is dropped: a connection that broke in a line has
 * not said it. Throws `RangeError` for a line of more than `charsMax`.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  charsMax: number,
): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    const parts = decoder.write(Buffer.from(chunk)).split('\n');
    parts[0] = rest + (parts[0] ?? '');
    rest = parts.pop() ?? '';
    if (rest.length > charsMax) throw new RangeError(`a line of more than ${charsMax} characters`);
    for (const line of parts) if (line !== '') yield line;
  }
}
