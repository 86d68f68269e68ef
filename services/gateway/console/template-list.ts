import type { Api, Template } from './api.ts';
import { byId, element } from './elements.ts';

/** The templates, to choose one of. */
export class TemplateList {
  readonly #api: Api;
  readonly #list = byId('template-list', HTMLUListElement);
  readonly #onChoose: (template: Template) => void;
  readonly #pictures = new Map<string, string>();
  #templates: readonly Template[] = [];
  #chosen: string | undefined;

  constructor(api: Api, onChoose: (template: Template) => void) {
    this.#api = api;
    this.#onChoose = onChoose;
    this.#list.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const at = this.#templates.findIndex(({ id }) => id === this.#chosen) + step;
      const next = this.#templates[Math.max(0, Math.min(this.#templates.length - 1, at))];
      if (next !== undefined) this.choose(next.id);
    });
  }

  get chosen(): Template | undefined {
    return this.#templates.find(({ id }) => id === this.#chosen);
  }

  /** Asks for all of them; the first one is chosen if none is. */
  async refresh(): Promise<void> {
    this.#templates = await this.#api.templates();
    this.#draw();
    const [first] = this.#templates;
    if (this.chosen === undefined && first !== undefined) this.choose(first.id);
  }

  choose(id: string): void {
    this.#chosen = id;
    this.#draw();
    this.#list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
    if (this.chosen !== undefined) this.#onChoose(this.chosen);
  }

  #draw(): void {
    this.#list.replaceChildren(...this.#templates.map((template) => this.#item(template)));
  }

  #item({ id, name, is_warm: isWarm }: Template): HTMLLIElement {
    const image = element('img', { alt: '' });
    void this.#load(id, image);
    const item = element(
      'li',
      { id: `template-${id}`, title: name },
      image,
      element('span', {}, name === '' ? id : name),
      element('span', { className: isWarm ? 'warmth warm' : 'warmth' }, isWarm ? 'warm' : 'cold'),
    );
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', String(id === this.#chosen));
    item.addEventListener('click', () => this.choose(id));
    return item;
  }

  async #load(id: string, image: HTMLImageElement): Promise<void> {
    const known = this.#pictures.get(id) ?? URL.createObjectURL(await this.#api.picture(id));
    this.#pictures.set(id, known);
    image.src = known;
  }
}
