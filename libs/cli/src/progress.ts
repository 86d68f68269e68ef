import { SingleBar } from 'cli-progress';

/** Tells a person what is going on. */
export interface Progress {
  note(text: string): void;
  /** Work of `total` equal parts; disposing of the bar ends its line. */
  bar(label: string, total: number): ProgressBar;
}

interface ProgressBar extends Disposable {
  advance(done: number): void;
}

export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Bars on a terminal, else plain lines: one for about each tenth. */
export function progressOn(stream: ProgressStream): Progress {
  const note = (text: string) => void stream.write(`${text}\n`);
  const bar = stream.isTTY === true ? terminalBar : lineBar;
  return { note, bar: (label, total) => bar(stream, { label, total }) };
}

interface BarFields {
  readonly label: string;
  readonly total: number;
}

function terminalBar(stream: ProgressStream, { label, total }: BarFields): ProgressBar {
  const bar = new SingleBar({
    stream,
    format: `${label} [{bar}] {value}/{total}, {eta_formatted} left`,
    linewrap: true,
    barsize: 30,
  });
  bar.start(total, 0);
  return { advance: (done) => bar.update(done), [Symbol.dispose]: () => bar.stop() };
}

const parts = 10;

function lineBar(stream: ProgressStream, { label, total }: BarFields): ProgressBar {
  let shown = 0;
  const advance = (done: number) => {
    const part = Math.floor((done * parts) / total);
    if (part === shown) return;
    shown = part;
    stream.write(`${label}: ${done} of ${total} (${Math.round((100 * done) / total)} %)\n`);
  };
  return { advance, [Symbol.dispose]: () => {} };
}
