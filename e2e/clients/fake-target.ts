import { createHash } from 'node:crypto';
import { servePublic } from '@instgenie/client/testing';
import { ServiceError } from '@instgenie/domain';
import { clientStreaming, serverStreaming, unary, type v1 } from '@instgenie/rpc';
import type { Target } from './target.ts';

const picture = (seed: number): v1.EditedPicture => ({
  image: Buffer.from('\x89PNG', 'latin1'),
  seed,
  worker: 'worker-1',
});

/** Answers as a gateway does, and edits nothing. */
export async function startFakeTarget(): Promise<Target> {
  const requireSource = (edit: v1.EditSpec__Output | null) => {
    if (edit?.source !== undefined) return edit.seed ?? 0;
    throw new ServiceError('invalid', 'edit.source: say which picture is edited', { field: 'edit.source' });
  };
  const server = await servePublic({
    models: { ListModels: unary(async () => ({ models: [{ name: 'demo', side: 512, workers: 2 }] })) },
    templates: {
      CreateTemplate: clientStreaming(async (parts) => {
        const hash = createHash('sha256');
        for await (const { data } of parts) hash.update(data ?? '');
        const sha256 = hash.digest('hex');
        return { template: { templateId: sha256.slice(0, 24), sha256 } };
      }),
    },
    edits: {
      Edit: unary(async ({ requestId, edit }) => ({ requestId, pictures: [picture(requireSource(edit))] })),
      StreamEdit: serverStreaming(async function* ({ requestId, edit }) {
        yield { accepted: { requestId } };
        yield { progress: { done: 1, total: 1 } };
        yield { picture: picture(requireSource(edit)) };
      }),
    },
  });
  return {
    addresses: [`127.0.0.1:${server.port}`],
    apiKey: 'none',
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
