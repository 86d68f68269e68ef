import {
  type CallContext,
  editServiceDefinition,
  implement,
  type RpcService,
  serverStreaming,
  unary,
} from '@instgenie/rpc';
import { type Authenticator, requireScope } from '@instgenie/tenants';
import type { CallFacts, Editing } from '../edits/editing.ts';
import type { OrderLimits } from '../edits/parse-order.ts';
import { factsMessage, pictureMessage } from './edit-answer-messages.ts';
import { newsMessage, orderOf } from './edit-messages.ts';

export interface EditServiceParts {
  readonly editing: Editing;
  readonly authenticator: Authenticator;
  readonly limits: OrderLimits;
}

/** Edits as gRPC clients ask for them. */
export function editService({ editing, authenticator, limits }: EditServiceParts): RpcService {
  const callOf = async ({ authorization, signal, traceparent }: CallContext): Promise<CallFacts> => {
    const caller = await authenticator.authenticate(authorization);
    requireScope(caller, 'edit');
    return { caller, signal, traceparent };
  };
  return implement(editServiceDefinition(), {
    Edit: unary(async (request, context) => {
      const call = await callOf(context);
      const order = orderOf({ ...request, remainingMs: context.remainingMs }, limits);
      const answer = request.validateOnly
        ? { facts: await editing.check(order, call), pictures: [] }
        : await editing.run(order, call);
      return {
        requestId: order.requestId,
        pictures: answer.pictures.map(pictureMessage),
        facts: factsMessage(answer.facts),
      };
    }),
    StreamEdit: serverStreaming(async function* (request, context) {
      const call = await callOf(context);
      const order = orderOf({ ...request, remainingMs: context.remainingMs }, limits);
      for await (const news of editing.watch(order, call)) yield newsMessage(news);
    }),
    CancelEdit: unary(async ({ requestId }, context) => {
      const { caller } = await callOf(context);
      editing.cancel(requestId, caller);
      return {};
    }),
  });
}
