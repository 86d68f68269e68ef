import { picture } from '@instgenie/domain';
import { encodePicture } from '@instgenie/pictures';

export interface SamplePictures {
  readonly source: Uint8Array;
  /** White where the source may change: its upper quarter. */
  readonly mask: Uint8Array;
}

/** A png of one colour, and a mask as large. */
export async function samplePictures(side: number): Promise<SamplePictures> {
  const png = async (valueAt: (at: number) => number) => {
    const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => valueAt(at));
    return await encodePicture(picture({ width: side, height: side, channels: 3, data }), 'png');
  };
  return { source: await png(() => 90), mask: await png((at) => (at < (side * side * 3) / 4 ? 255 : 0)) };
}
