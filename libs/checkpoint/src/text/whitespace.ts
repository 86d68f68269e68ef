/** Unicode's White_Space, as tokenizers mean it. JavaScript's own trim differs in U+0085 and U+FEFF. */
const space = /^\p{White_Space}$/u;

/** Without white space at the start. All white space lies in the first plane, so code units will do. */
export function trimmedStart(text: string): string {
  let begin = 0;
  while (begin < text.length && space.test(text.charAt(begin))) begin++;
  return text.slice(begin);
}

/** Without white space at the end. A loop: the pattern with `$` takes quadratic time on long runs elsewhere. */
export function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && space.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** The longest parts without white space. */
export function wordsOf(text: string): readonly string[] {
  return text.match(/\P{White_Space}+/gu) ?? [];
}
