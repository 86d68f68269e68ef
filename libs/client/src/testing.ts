import { ServiceError } from '@instgenie/domain';
import {
  clientStreaming,
  type EditServiceDefinition,
  editServiceDefinition,
  healthService,
  implement,
  type JobServiceDefinition,
  jobServiceDefinition,
  type ModelServiceDefinition,
  modelServiceDefinition,
  publicProtos,
  type RpcServer,
  type RpcService,
  reflectionServices,
  type ServeOptions,
  type ServiceHandlers,
  serve,
  serverStreaming,
  type TemplateServiceDefinition,
  templateServiceDefinition,
  unary,
} from '@instgenie/rpc';

/** For tests: what a server of the public API does; `unsupported` is what it does not say. */
export interface PublicHandlers {
  readonly edits?: Partial<ServiceHandlers<EditServiceDefinition>>;
  readonly templates?: Partial<ServiceHandlers<TemplateServiceDefinition>>;
  readonly jobs?: Partial<ServiceHandlers<JobServiceDefinition>>;
  readonly models?: Partial<ServiceHandlers<ModelServiceDefinition>>;
}

/** For tests: a server of the public API on loopback. */
export async function servePublic(
  handlers: PublicHandlers,
  options: Omit<ServeOptions, 'services'> & { readonly address?: string } = {},
): Promise<RpcServer> {
  const { address = '127.0.0.1:0', ...rest } = options;
  const limits = { drainMs: 0, ...rest.limits };
  return await serve(address, { ...rest, services: publicServices(handlers), limits }, new AbortController().signal);
}

function publicServices({ edits, templates, jobs, models }: PublicHandlers): readonly RpcService[] {
  const health = healthService([]);
  health.set(true);
  const missing = { unary: unary(refuse), stream: serverStreaming(refuseAll), upload: clientStreaming(refuse) };
  return [
    health.service,
    ...reflectionServices(publicProtos),
    implement(editServiceDefinition(), {
      Edit: missing.unary,
      StreamEdit: missing.stream,
      CancelEdit: missing.unary,
      ...edits,
    }),
    implement(templateServiceDefinition(), {
      CreateTemplate: missing.upload,
      GetTemplate: missing.unary,
      ListTemplates: missing.unary,
      ReadTemplatePicture: missing.stream,
      DeleteTemplate: missing.unary,
      PrimeTemplate: missing.stream,
      PinTemplate: missing.unary,
      GrantTemplate: missing.unary,
      ...templates,
    }),
    implement(jobServiceDefinition(), {
      SubmitJob: missing.unary,
      GetJob: missing.unary,
      ListJobs: missing.unary,
      CancelJob: missing.unary,
      WatchJob: missing.stream,
      ReadJobResult: missing.stream,
      ...jobs,
    }),
    implement(modelServiceDefinition(), { ListModels: missing.unary, ...models }),
  ];
}

async function refuse(): Promise<never> {
  throw new ServiceError('unsupported', 'this server does not do that');
}

async function* refuseAll(): AsyncGenerator<never, void> {
  yield await refuse();
}
