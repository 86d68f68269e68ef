import { Api, type Template } from './api.ts';
import { byId, element } from './elements.ts';
import { FleetView } from './fleet-view.ts';
import { MaskPainter } from './mask-painter.ts';
import { ResultView } from './result-view.ts';
import { type Request, snippets } from './snippets.ts';
import { TemplateList } from './template-list.ts';

const input = (id: string) => byId(id, HTMLInputElement);
const button = (id: string) => byId(id, HTMLButtonElement);
const key = input('key');
const prompt = byId('prompt', HTMLTextAreaElement);
const message = byId('message', HTMLParagraphElement);
key.value = sessionStorage.getItem('key') ?? '';

const api = new Api(() => key.value.trim());
const result = new ResultView();
const painter = new MaskPainter(byId('picture', HTMLCanvasElement), (ratio) => {
  const text = ratio === 0 ? 'nothing is masked' : `${(100 * ratio).toFixed(1)} % may change`;
  byId('ratio', HTMLSpanElement).textContent = text;
});
let picture = '';
let showing: object | undefined;
let running: AbortController | undefined;
const list = new TemplateList(api, (template) => void show(template).catch(complain));

/** Of two that are chosen at nearly the same time, the later one stays, whichever comes first. */
async function show({ id }: Template): Promise<void> {
  const here = (showing = {});
  painter.hide();
  const blob = await api.picture(id);
  const bitmap = await createImageBitmap(blob);
  if (showing !== here) return;
  URL.revokeObjectURL(picture);
  picture = URL.createObjectURL(blob);
  painter.show(bitmap);
  drawSnippet();
}

async function run(): Promise<void> {
  const template = list.chosen;
  if (template === undefined) throw new Error('choose a template, or add a picture');
  if (painter.isEmpty) throw new Error('paint over what may change first');
  if (prompt.value.trim() === '') throw new Error('say what to paint');
  running?.abort();
  const stop = (running = new AbortController());
  button('cancel').disabled = false;
  message.textContent = '';
  result.begin(picture);
  try {
    const mask = await painter.file();
    const seed = input('seed').value || String(Math.floor(Math.random() * 2 ** 32));
    await edit('masked', { template, mask, seed, dense: false, signal: stop.signal });
    if (input('dense').checked) await edit('dense', { template, mask, seed, dense: true, signal: stop.signal });
    await list.refresh();
  } finally {
    result.end();
    if (running === stop) button('cancel').disabled = true;
  }
}

interface EditCall {
  readonly template: Template;
  readonly mask: Blob;
  readonly seed: string;
  readonly dense: boolean;
  readonly signal: AbortSignal;
}

async function edit(title: string, { template, mask, seed, dense, signal }: EditCall): Promise<void> {
  const form = new FormData();
  const fields = {
    template_id: template.id,
    prompt: prompt.value,
    seed,
    explain: 'true',
    dense: String(dense),
    partial_images: '2',
  };
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const [name, id] of [
    ['num_inference_steps', 'steps'],
    ['feather', 'feather'],
  ] as const) {
    if (input(id).value !== '') form.set(name, input(id).value);
  }
  form.set('mask', mask, 'mask.png');
  for await (const event of api.edit(form, signal)) {
    switch (event.type) {
      case 'instgenie.progress':
        if (event.kind === 'stepped') result.progress(event.done / event.total);
        if (event.kind === 'queued')
          message.textContent = event.position === 0 ? '' : `${event.position} edits are ahead`;
        if (event.kind === 'moved') message.textContent = 'its worker was lost; it goes on elsewhere';
        break;
      case 'image_edit.partial_image':
        result.show(dataUrl(event));
        break;
      case 'image_edit.completed': {
        const image = dataUrl(event);
        if (!dense) result.show(image);
        result.tell(title, event.instgenie, image);
        break;
      }
      case 'error':
        throw new Error(event.error.message);
    }
  }
}

function dataUrl({
  b64_json: data,
  output_format: format,
}: {
  readonly b64_json: string;
  readonly output_format: string;
}): string {
  return `data:image/${format};base64,${data}`;
}

function complain(thrown: unknown): void {
  if (thrown instanceof DOMException && thrown.name === 'AbortError') return;
  message.textContent = thrown instanceof Error ? thrown.message : String(thrown);
}

let language = Object.keys(snippets)[0] ?? '';
function drawSnippet(): void {
  const request: Request = {
    origin: location.origin,
    grpc: `${location.hostname}:7080`,
    templateId: list.chosen?.id ?? 'TEMPLATE',
    prompt: prompt.value,
    seed: input('seed').value,
    steps: input('steps').value,
  };
  byId('snippet', HTMLPreElement).textContent = snippets[language]?.(request) ?? '';
  byId('snippet-tabs', HTMLDivElement).replaceChildren(
    ...Object.keys(snippets).map((name) => {
      const tab = element('button', { type: 'button' }, name);
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-selected', String(name === language));
      tab.addEventListener('click', () => {
        language = name;
        drawSnippet();
      });
      return tab;
    }),
  );
}

function setErasing(isErasing: boolean): void {
  painter.isErasing = isErasing;
  button('erase').setAttribute('aria-pressed', String(isErasing));
}

input('brush').addEventListener('input', ({ target }) => (painter.brush = Number((target as HTMLInputElement).value)));
button('erase').addEventListener('click', () => setErasing(button('erase').getAttribute('aria-pressed') !== 'true'));
button('undo').addEventListener('click', () => painter.undo());
button('invert').addEventListener('click', () => painter.invert());
button('clear').addEventListener('click', () => painter.clear());
button('cancel').addEventListener('click', () => running?.abort());
button('copy').addEventListener(
  'click',
  () => void navigator.clipboard.writeText(byId('snippet', HTMLPreElement).textContent),
);
byId('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  run().catch(complain);
});
for (const id of ['prompt', 'seed', 'steps']) document.getElementById(id)?.addEventListener('input', drawSnippet);
key.addEventListener('change', () => {
  sessionStorage.setItem('key', key.value);
  list.refresh().catch(complain);
});
input('upload').addEventListener('change', ({ target }) => {
  const [file] = (target as HTMLInputElement).files ?? [];
  if (file === undefined) return;
  api
    .addTemplate(file)
    .then(async ({ id }) => {
      await list.refresh();
      list.choose(id);
    })
    .catch(complain);
});
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
  if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') run().catch(complain);
  else if (event.key === 'Escape') running?.abort();
  else if (isTyping) return;
  else if ((event.ctrlKey || event.metaKey) && event.key === 'z') painter.undo();
  else if (event.key === 'e') button('erase').click();
  else if (event.key === 'i') painter.invert();
  else if (event.key === 'c' && !event.ctrlKey && !event.metaKey) painter.clear();
});

drawSnippet();
list.refresh().catch(complain);
void new FleetView(api).watch(new AbortController().signal);
