const undosMax = 30;
const keyStep = 16;

/** A picture with a mask over it that a person paints, by pointer or by keys. */
export class MaskPainter {
  readonly #view: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  /** White and opaque where the picture may change, as large as the picture. */
  readonly #mask = new OffscreenCanvas(1, 1);
  readonly #undos: ImageData[] = [];
  readonly #onChange: (ratio: number) => void;
  #picture: ImageBitmap | undefined;
  #brush = 40;
  #isErasing = false;
  #last: { readonly x: number; readonly y: number } | undefined;
  #cursor = { x: 0, y: 0 };
  #hasKeys = false;

  constructor(view: HTMLCanvasElement, onChange: (ratio: number) => void) {
    this.#view = view;
    this.#context = contextOf(view);
    this.#onChange = onChange;
    view.addEventListener('pointerdown', (event) => {
      if (this.#picture === undefined) return;
      view.setPointerCapture(event.pointerId);
      this.#hasKeys = false;
      this.#remember();
      this.#stroke(this.#at(event));
    });
    view.addEventListener('pointermove', (event) => {
      if (event.buttons !== 0 && this.#last !== undefined) this.#stroke(this.#at(event));
    });
    for (const end of ['pointerup', 'pointercancel'] as const) view.addEventListener(end, () => this.#lift());
    view.addEventListener('keydown', (event) => this.#key(event));
    view.addEventListener('blur', () => {
      this.#hasKeys = false;
      this.#draw();
    });
  }

  set brush(pixels: number) {
    this.#brush = pixels;
    this.#draw();
  }

  set isErasing(isErasing: boolean) {
    this.#isErasing = isErasing;
  }

  get isEmpty(): boolean {
    return this.#ratio() === 0;
  }

  /** Takes the picture and its mask away until another one is shown: nothing can be painted meanwhile. */
  hide(): void {
    this.#view.ariaBusy = 'true';
    this.#picture = undefined;
    this.#last = undefined;
    this.#undos.length = 0;
    this.#maskContext().clearRect(0, 0, this.#mask.width, this.#mask.height);
    this.#changed();
  }

  /** Shows another picture, with nothing masked. */
  show(picture: ImageBitmap): void {
    this.#view.ariaBusy = 'false';
    this.#picture = picture;
    const { width, height } = picture;
    Object.assign(this.#view, { width, height });
    Object.assign(this.#mask, { width, height });
    this.#undos.length = 0;
    this.#cursor = { x: width / 2, y: height / 2 };
    this.#changed();
  }

  clear(): void {
    if (this.#picture === undefined) return;
    this.#remember();
    this.#maskContext().clearRect(0, 0, this.#mask.width, this.#mask.height);
    this.#changed();
  }

  invert(): void {
    if (this.#picture === undefined) return;
    this.#remember();
    const context = this.#maskContext();
    context.globalCompositeOperation = 'xor';
    context.fillStyle = 'white';
    context.fillRect(0, 0, this.#mask.width, this.#mask.height);
    context.globalCompositeOperation = 'source-over';
    this.#changed();
  }

  undo(): void {
    const before = this.#undos.pop();
    if (before === undefined) return;
    this.#maskContext().putImageData(before, 0, 0);
    this.#changed();
  }

  /** A png that is transparent where the picture may change, as OpenAI's masks are. */
  async file(): Promise<Blob> {
    const { width, height } = this.#mask;
    const inverse = new OffscreenCanvas(width, height);
    const context = inverse.getContext('2d');
    if (context === null) throw new Error('this browser cannot draw');
    context.fillStyle = 'black';
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = 'destination-out';
    context.drawImage(this.#mask, 0, 0);
    return await inverse.convertToBlob({ type: 'image/png' });
  }

  #key(event: KeyboardEvent): void {
    if (this.#picture === undefined) return;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (move !== undefined) {
      const step = event.shiftKey ? 4 : keyStep;
      const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value));
      this.#cursor = {
        x: clamp(this.#cursor.x + (move[0] ?? 0) * step, this.#view.width),
        y: clamp(this.#cursor.y + (move[1] ?? 0) * step, this.#view.height),
      };
    } else if (event.key === ' ') {
      this.#remember();
      this.#stroke(this.#cursor);
      this.#lift();
    } else return;
    event.preventDefault();
    this.#hasKeys = true;
    this.#draw();
  }

  #at(event: PointerEvent): { readonly x: number; readonly y: number } {
    const { left, top, width, height } = this.#view.getBoundingClientRect();
    return {
      x: ((event.clientX - left) * this.#view.width) / width,
      y: ((event.clientY - top) * this.#view.height) / height,
    };
  }

  #stroke(to: { readonly x: number; readonly y: number }): void {
    const context = this.#maskContext();
    const from = this.#last ?? to;
    context.globalCompositeOperation = this.#isErasing ? 'destination-out' : 'source-over';
    context.strokeStyle = 'white';
    context.lineWidth = this.#brush;
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x + 0.01, to.y);
    context.stroke();
    context.globalCompositeOperation = 'source-over';
    this.#last = to;
    this.#draw();
  }

  #lift(): void {
    if (this.#last === undefined) return;
    this.#last = undefined;
    this.#changed();
  }

  #remember(): void {
    this.#undos.push(this.#maskContext().getImageData(0, 0, this.#mask.width, this.#mask.height));
    if (this.#undos.length > undosMax) this.#undos.shift();
  }

  #changed(): void {
    this.#draw();
    this.#onChange(this.#ratio());
  }

  #ratio(): number {
    const { width, height } = this.#mask;
    const { data } = this.#maskContext().getImageData(0, 0, width, height);
    let masked = 0;
    for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) >= 128) masked++;
    return masked / (width * height);
  }

  #draw(): void {
    const { width, height } = this.#view;
    this.#context.clearRect(0, 0, width, height);
    if (this.#picture === undefined) return;
    const tint = new OffscreenCanvas(width, height);
    const context = tint.getContext('2d');
    if (context === null) return;
    context.drawImage(this.#mask, 0, 0);
    context.globalCompositeOperation = 'source-in';
    context.fillStyle = '#ff3d7f';
    context.fillRect(0, 0, width, height);
    this.#context.drawImage(this.#picture, 0, 0);
    this.#context.globalAlpha = 0.55;
    this.#context.drawImage(tint, 0, 0);
    this.#context.globalAlpha = 1;
    if (!this.#hasKeys) return;
    this.#context.strokeStyle = '#1473e6';
    this.#context.lineWidth = 2;
    this.#context.beginPath();
    this.#context.arc(this.#cursor.x, this.#cursor.y, this.#brush / 2, 0, 2 * Math.PI);
    this.#context.stroke();
  }

  #maskContext(): OffscreenCanvasRenderingContext2D {
    const context = this.#mask.getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('this browser cannot draw');
    return context;
  }
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser cannot draw');
  return context;
}
