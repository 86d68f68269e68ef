// cli-progress ships no types; this is the part of it that is used here.
declare module 'cli-progress' {
  export interface BarOptions {
    readonly stream: { readonly isTTY?: boolean; write(text: string): unknown };
    readonly format: string;
    readonly linewrap: boolean;
    readonly barsize: number;
  }

  export class SingleBar {
    constructor(options: BarOptions);
    start(total: number, value: number): void;
    update(value: number): void;
    stop(): void;
  }
}
