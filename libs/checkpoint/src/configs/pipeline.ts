import { z } from 'zod';

/** The pipelines whose folders can be served. All have the same parts; only Fill has condition channels. */
export const pipelineClasses = [
  'FluxPipeline',
  'FluxFillPipeline',
  'FluxInpaintPipeline',
  'FluxImg2ImgPipeline',
] as const;
export type PipelineClass = (typeof pipelineClasses)[number];

/** A part's library and class, as model_index.json names it. */
function part(library: string, classes: readonly string[]) {
  return z.tuple([z.literal(library), z.enum(classes)]);
}

/** model_index.json: the class first, since another's parts are no mistakes. Other parts (an image encoder) are not used. */
export const pipelineSchema: z.ZodType<PipelineClass> = z
  .looseObject({ _class_name: z.enum(pipelineClasses) })
  .pipe(
    z.object({
      _class_name: z.enum(pipelineClasses),
      scheduler: part('diffusers', ['FlowMatchEulerDiscreteScheduler']),
      text_encoder: part('transformers', ['CLIPTextModel']),
      text_encoder_2: part('transformers', ['T5EncoderModel']),
      tokenizer: part('transformers', ['CLIPTokenizer', 'CLIPTokenizerFast']),
      tokenizer_2: part('transformers', ['T5Tokenizer', 'T5TokenizerFast']),
      transformer: part('diffusers', ['FluxTransformer2DModel']),
      vae: part('diffusers', ['AutoencoderKL']),
    }),
  )
  .transform(({ _class_name: name }) => name);
