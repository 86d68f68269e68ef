import { type AuditAction, type AuditLog, actorOf, type Caller } from '@instgenie/tenants';
import type { Templates, TemplateView } from '../templates/templates.ts';

/** Templates, and who created, deleted and granted them is written down. */
export class AuditedTemplates implements Templates {
  readonly #templates: Templates;
  readonly #audit: AuditLog;

  constructor(templates: Templates, audit: AuditLog) {
    this.#templates = templates;
    this.#audit = audit;
  }

  async create(...[settings, file, caller]: Parameters<Templates['create']>): Promise<TemplateView> {
    const view = await this.#templates.create(settings, file, caller);
    this.#note({ action: 'template.created', id: view.record.id, caller });
    return view;
  }

  async delete(...[id, caller]: Parameters<Templates['delete']>): Promise<void> {
    await this.#templates.delete(id, caller);
    this.#note({ action: 'template.deleted', id, caller });
  }

  async grant(...[request, caller]: Parameters<Templates['grant']>): Promise<TemplateView> {
    const view = await this.#templates.grant(request, caller);
    const { id, tenant: to, isGranted } = request;
    this.#note({ action: isGranted ? 'template.granted' : 'template.ungranted', id, caller, to });
    return view;
  }

  get(...call: Parameters<Templates['get']>): ReturnType<Templates['get']> {
    return this.#templates.get(...call);
  }

  list(...call: Parameters<Templates['list']>): ReturnType<Templates['list']> {
    return this.#templates.list(...call);
  }

  picture(...call: Parameters<Templates['picture']>): ReturnType<Templates['picture']> {
    return this.#templates.picture(...call);
  }

  prime(...call: Parameters<Templates['prime']>): ReturnType<Templates['prime']> {
    return this.#templates.prime(...call);
  }

  pin(...call: Parameters<Templates['pin']>): ReturnType<Templates['pin']> {
    return this.#templates.pin(...call);
  }

  resolve(...call: Parameters<Templates['resolve']>): ReturnType<Templates['resolve']> {
    return this.#templates.resolve(...call);
  }

  used(...call: Parameters<Templates['used']>): void {
    this.#templates.used(...call);
  }

  #note({ action, id, caller, to }: { action: AuditAction; id: string; caller: Caller; to?: string }): void {
    const facts = to === undefined ? {} : { to: to.slice(0, 200) };
    this.#audit.record({ action, tenant: caller.tenant, by: actorOf(caller), subject: id, facts });
  }
}
