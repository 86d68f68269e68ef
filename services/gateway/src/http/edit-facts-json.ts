import type { EditedPicture, EditFacts } from '../edits/editing.ts';

/** What was found in an edit, in JSON. */
export function factsJson(facts: EditFacts) {
  return {
    request_id: facts.requestId,
    template_id: facts.templateId,
    model: facts.model,
    mask_ratio: facts.maskRatio,
    masked_tokens: facts.maskedTokens,
    tokens: facts.tokens,
    steps: facts.steps,
    warnings: facts.warnings,
  };
}

/** A result in JSON, without its file. */
export function pictureJson(picture: Omit<EditedPicture, 'image'>) {
  const { times, scores } = picture;
  return {
    seed: picture.seed,
    width: picture.width,
    height: picture.height,
    cache: picture.cache,
    worker: picture.worker,
    moves: picture.moves,
    is_mixed: picture.isMixed,
    timings_ms: {
      gateway: times.gatewayMs,
      prepare: times.prepareMs,
      queue: times.queueMs,
      denoise: times.denoiseMs,
      decode: times.decodeMs,
      total: times.totalMs,
    },
    ...(scores.length === 0
      ? {}
      : {
          scores: scores.map((score) => ({
            worker: score.worker,
            predicted_ms: score.predictedMs ?? null,
            queue_ms: score.queueMs,
            compute_ms: score.computeMs,
            load_ms: score.loadMs,
            tier: score.tier,
            left_out: score.leftOut,
          })),
        }),
  };
}

/** OpenAI's usage: in goes the picture, out come the tokens that were computed. Text is not counted. */
export function usageJson({ tokens, maskedTokens }: EditFacts, count: number) {
  const output = maskedTokens * count;
  return {
    input_tokens: tokens,
    input_tokens_details: { image_tokens: tokens, text_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { image_tokens: output, text_tokens: 0 },
    total_tokens: tokens + output,
  };
}
