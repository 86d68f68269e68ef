import {
  type ConnectOptions,
  connect,
  type EditServiceDefinition,
  editServiceDefinition,
  type JobServiceDefinition,
  jobServiceDefinition,
  type ModelServiceDefinition,
  modelServiceDefinition,
  type RpcClient,
  type TemplateServiceDefinition,
  templateServiceDefinition,
} from '@instgenie/rpc';

/** The public services of one address, over one connection. */
export interface Connection extends AsyncDisposable {
  readonly edits: RpcClient<EditServiceDefinition>;
  readonly templates: RpcClient<TemplateServiceDefinition>;
  readonly jobs: RpcClient<JobServiceDefinition>;
  readonly models: RpcClient<ModelServiceDefinition>;
}

/** Opened by its first call, and opened again when it breaks. */
export function openConnection(address: string, options: ConnectOptions): Connection {
  const edits = connect(address, editServiceDefinition(), options);
  return {
    edits,
    templates: edits.as(templateServiceDefinition()),
    jobs: edits.as(jobServiceDefinition()),
    models: edits.as(modelServiceDefinition()),
    [Symbol.asyncDispose]: () => edits[Symbol.asyncDispose](),
  };
}
