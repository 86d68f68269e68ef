import { ServiceError } from '@instgenie/domain';

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const [zero, nine] = [0x30, 0x39];

/** Bound of a string that is kept: tensor names are some tens of bytes. */
const stringBytesMax = 4096;
/** Enough of a false text to recognise it in an error. */
const shownChars = 80;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Walks over JSON bytes of a shape that the caller knows: objects, strings and lists of whole numbers.
 * It builds nothing but what it is asked for. Every mismatch throws `invalid` with the byte where it is.
 */
export class JsonCursor {
  readonly #bytes: Uint8Array;
  /** What is read, for errors. */
  readonly label: string;
  #at = 0;

  constructor(bytes: Uint8Array, label: string) {
    this.#bytes = bytes;
    this.label = label;
  }

  /** Reads an object: calls `member` after each key, which must read the value. */
  object(member: (key: string) => void): void {
    this.#expect(openBrace);
    if (this.#take(closeBrace)) return;
    do {
      const key = this.string();
      this.#expect(colon);
      member(key);
    } while (this.#take(comma));
    this.#expect(closeBrace);
  }

  string(): string {
    const { begin, end, escaped } = this.#span();
    if (end - begin > stringBytesMax) this.#failAt(begin, `a string of at most ${stringBytesMax} bytes`);
    try {
      const text = utf8.decode(this.#bytes.subarray(begin, end));
      const value: unknown = escaped ? JSON.parse(`"${text}"`) : text;
      if (typeof value === 'string' && value.isWellFormed()) return value;
    } catch {
      // Bad UTF-8 and bad escapes are reported alike.
    }
    return this.#failAt(begin, 'a UTF-8 string');
  }

  skipString(): void {
    this.#span();
  }

  /** A list of at most `countMax` whole numbers, each exact in a double. */
  integers(countMax: number): readonly number[] {
    const numbers: number[] = [];
    this.#expect(openBracket);
    if (this.#take(closeBracket)) return numbers;
    do {
      if (numbers.length === countMax) this.#failAt(this.#at, `at most ${countMax} numbers`);
      numbers.push(this.#integer());
    } while (this.#take(comma));
    this.#expect(closeBracket);
    return numbers;
  }

  /** Nothing but white space may follow: the format pads headers with spaces. */
  end(): void {
    this.#skipSpace();
    if (this.#at !== this.#bytes.length) this.#failAt(this.#at, 'the end');
  }

  /** Throws `invalid` for the key `field`. */
  fail(field: string, what: string): never {
    const shown = JSON.stringify(field.length > shownChars ? `${field.slice(0, shownChars)}...` : field);
    throw new ServiceError('invalid', `${this.label}: ${shown} ${what}`, { field });
  }

  #integer(): number {
    this.#skipSpace();
    const begin = this.#at;
    let value = 0;
    while (this.#isDigit(this.#bytes[this.#at])) value = value * 10 + ((this.#bytes[this.#at++] ?? 0) - zero);
    const hasLeadingZero = this.#at - begin > 1 && this.#bytes[begin] === zero;
    if (this.#at === begin || hasLeadingZero || !Number.isSafeInteger(value)) {
      this.#failAt(begin, 'a whole number below 2^53');
    }
    return value;
  }

  #isDigit(byte: number | undefined): boolean {
    return byte !== undefined && byte >= zero && byte <= nine;
  }

  /** The range between a string's quotes. */
  #span(): { readonly begin: number; readonly end: number; readonly escaped: boolean } {
    this.#expect(quote);
    const begin = this.#at;
    let escaped = false;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined || byte < 0x20) return this.#failAt(this.#at, 'the end of a string');
      if (byte === quote) return { begin, end: this.#at++, escaped };
      if (byte === backslash) escaped = true;
      this.#at += byte === backslash ? 2 : 1;
    }
  }

  #take(byte: number): boolean {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #expect(byte: number): void {
    if (!this.#take(byte)) this.#failAt(this.#at, JSON.stringify(String.fromCharCode(byte)));
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at++;
    }
  }

  #failAt(at: number, expected: string): never {
    const found = this.#bytes[at];
    const shown = found === undefined ? 'the end' : JSON.stringify(String.fromCharCode(found));
    throw new ServiceError('invalid', `${this.label}: expected ${expected} at byte ${at}, found ${shown}`);
  }
}
