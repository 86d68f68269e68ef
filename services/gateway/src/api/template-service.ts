import {
  type CallContext,
  clientStreaming,
  implement,
  RetryError,
  type RpcService,
  serverStreaming,
  templateServiceDefinition,
  unary,
} from '@instgenie/rpc';
import { type Authenticator, type Caller, requireScope } from '@instgenie/tenants';
import { UploadBudget } from '../http/upload-budget.ts';
import type { Templates } from '../templates/templates.ts';
import { pageSizeOf } from './job-messages.ts';
import { readUpload } from './read-upload.ts';
import { primeMessage, primeOrderOf, templateMessage } from './template-messages.ts';

const pieceBytes = 256 * 1024;
/** Files that may be in memory while they come; a tenant's are half of them at most. */
const uploadsMax = 32;
const fullMs = 1000;

export interface TemplateServiceParts {
  readonly templates: Templates;
  readonly authenticator: Authenticator;
  readonly limits: { readonly pictureBytesMax: number };
}

/** Templates as gRPC clients ask for them. Who may edit may look at them; for all else the scope `template` is needed. */
export function templateService({ templates, authenticator, limits }: TemplateServiceParts): RpcService {
  const budget = new UploadBudget(uploadsMax * limits.pictureBytesMax);
  const keeper = async ({ authorization }: CallContext): Promise<Caller> => {
    const caller = await authenticator.authenticate(authorization);
    requireScope(caller, 'template');
    return caller;
  };
  const reader = async ({ authorization }: CallContext): Promise<Caller> => {
    const caller = await authenticator.authenticate(authorization);
    if (!caller.scopes.has('edit')) requireScope(caller, 'template');
    return caller;
  };
  return implement(templateServiceDefinition(), {
    CreateTemplate: clientStreaming(async (parts, context) => {
      const caller = await keeper(context);
      using held = budget.reserve(caller.tenant, limits.pictureBytesMax);
      if (held === undefined) {
        throw new RetryError('overloaded', 'too many uploads at once; try again', { retryAfterMs: fullMs });
      }
      const { settings, file } = await readUpload(parts, limits.pictureBytesMax);
      return { template: templateMessage(await templates.create(settings, file, caller)) };
    }),
    GetTemplate: unary(async ({ templateId }, context) => ({
      template: templateMessage(await templates.get(templateId, await reader(context))),
    })),
    ListTemplates: unary(async ({ pageSize, pageToken }, context) => {
      const caller = await reader(context);
      const page = await templates.list({ size: pageSizeOf(pageSize), token: pageToken }, caller);
      return { templates: page.templates.map(templateMessage), nextPageToken: page.nextToken };
    }),
    ReadTemplatePicture: serverStreaming(async function* ({ templateId }, context) {
      const file = await templates.picture(templateId, await keeper(context));
      for (let from = 0; from < file.length; from += pieceBytes) {
        yield { data: bufferOf(file.subarray(from, from + pieceBytes)) };
      }
    }),
    DeleteTemplate: unary(async ({ templateId }, context) => {
      await templates.delete(templateId, await keeper(context));
      return {};
    }),
    PrimeTemplate: serverStreaming(async function* (request, context) {
      const caller = await keeper(context);
      const { signal } = context;
      for await (const news of templates.prime(primeOrderOf(request), { caller, signal })) yield primeMessage(news);
    }),
    PinTemplate: unary(async ({ templateId, isPinned }, context) => ({
      template: templateMessage(await templates.pin(templateId, isPinned, await keeper(context))),
    })),
    GrantTemplate: unary(async ({ templateId: id, tenant, isGranted }, context) => ({
      template: templateMessage(await templates.grant({ id, tenant, isGranted }, await keeper(context))),
    })),
  });
}

/** The same bytes, not copied. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
