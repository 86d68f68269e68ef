import { crc32 } from 'node:zlib';

/** How a picture came to be, in words of the IPTC: a model made all of it, or what a model made is a part of it. */
export type DigitalSourceType = 'trainedAlgorithmicMedia' | 'compositeWithTrainedAlgorithmicMedia';

/** An XMP packet (ISO 16684-1) that says the IPTC's Digital Source Type, and nothing else. */
export function sourceTypeXmp(type: DigitalSourceType): string {
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">',
    '<Iptc4xmpExt:DigitalSourceType>',
    `http://cv.iptc.org/newscodes/digitalsourcetype/${type}`,
    '</Iptc4xmpExt:DigitalSourceType>',
    '</rdf:Description></rdf:RDF></x:xmpmeta>',
    '<?xpacket end="r"?>',
  ].join('');
}

/** Signature and header of a png: further chunks may follow. */
const pngHeadBytes = 33;

/**
 * A png with an XMP packet. XMP wants it uncompressed there (ISO 16684-3, PNG), so that programs which know no png find it
 * too; the encoder would compress it.
 */
export function pngWithXmp(png: Uint8Array, xmp: string): Uint8Array {
  // Keyword, no compression, no language, no translated keyword.
  const body = Buffer.from(`iTXtXML:com.adobe.xmp\0\0\0\0\0${xmp}`);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  chunk.set(body, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return Buffer.concat([png.subarray(0, pngHeadBytes), chunk, png.subarray(pngHeadBytes)]);
}
