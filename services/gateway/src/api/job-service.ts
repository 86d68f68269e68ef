import {
  type CallContext,
  implement,
  jobServiceDefinition,
  type RpcService,
  serverStreaming,
  unary,
} from '@instgenie/rpc';
import { type Authenticator, type Caller, requireScope } from '@instgenie/tenants';
import type { OrderLimits } from '../edits/parse-order.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { jobMessage, jobOrderOf, pageSizeOf } from './job-messages.ts';

const pieceBytes = 256 * 1024;

export interface JobServiceParts {
  readonly jobs: Jobs;
  readonly authenticator: Authenticator;
  readonly limits: OrderLimits;
}

/** Jobs as gRPC clients ask for them. */
export function jobService({ jobs, authenticator, limits }: JobServiceParts): RpcService {
  const callerOf = async ({ authorization }: CallContext): Promise<Caller> => {
    const caller = await authenticator.authenticate(authorization);
    requireScope(caller, 'job');
    return caller;
  };
  return implement(jobServiceDefinition(), {
    SubmitJob: unary(async (request, context) => {
      const caller = await callerOf(context);
      return { job: jobMessage(await jobs.submit(jobOrderOf(request, limits), caller)) };
    }),
    GetJob: unary(async ({ jobId }, context) => ({ job: jobMessage(await jobs.get(jobId, await callerOf(context))) })),
    ListJobs: unary(async ({ pageSize, pageToken }, context) => {
      const caller = await callerOf(context);
      const page = await jobs.list({ size: pageSizeOf(pageSize), token: pageToken }, caller);
      return { jobs: page.jobs.map(jobMessage), nextPageToken: page.nextToken };
    }),
    CancelJob: unary(async ({ jobId }, context) => ({
      job: jobMessage(await jobs.cancel(jobId, await callerOf(context))),
    })),
    WatchJob: serverStreaming(async function* ({ jobId }, context) {
      const caller = await callerOf(context);
      for await (const job of jobs.watch(jobId, { caller, signal: context.signal })) yield { job: jobMessage(job) };
    }),
    ReadJobResult: serverStreaming(async function* ({ jobId: id, item, picture }, context) {
      const file = await jobs.result({ id, item, picture }, await callerOf(context));
      for (let from = 0; from < file.length; from += pieceBytes) {
        yield { data: bufferOf(file.subarray(from, from + pieceBytes)) };
      }
    }),
  });
}

/** The same bytes, not copied. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
