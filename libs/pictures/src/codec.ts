import sharp from 'sharp';

// Which loaders libvips may use is a setting of the whole process, and by default SVG, TIFF and more decode too. So
// sharp is closed here, once and before anything can be decoded, and no other file of the package imports it.
// The cache would only keep pictures of strangers in memory: no two inputs are the same buffer.
sharp.cache(false);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadPngBuffer', 'VipsForeignLoadJpegBuffer', 'VipsForeignLoadWebpBuffer'] });

/** sharp, able to read nothing but the bytes of png, jpeg and webp files, and raw pixels. */
export const codec = sharp;
