/** Turns the bytes of pictures into something that a canvas can draw. */

import type { Pixels } from "./messages";

export type Picture = ImageBitmap | ImageData;

/** Decode so many pictures, one below the other: at once if they are raw, else when the browser is done. */
export function decode(pixels: Pixels, count: number, bytes: DataView): Picture | Promise<Picture> {
  if (pixels.mime === "image/x-rgba") return imageData(pixels, count, bytes);
  return decodeEncoded(view(bytes), pixels.mime).catch(() => {
    throw new Error(`The browser cannot decode a picture of type ${pixels.mime}.`);
  });
}

/** Draw picture number `place` on a canvas of its own. */
export function paint(canvas: HTMLCanvasElement, picture: Picture, place: number, pixels: Pixels): void {
  const { width, height } = pixels;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  const top = place * height;
  if (picture instanceof ImageData) context?.putImageData(picture, 0, -top, 0, top, width, height);
  else context?.drawImage(picture, 0, top, width, height, 0, 0, width, height);
}

/**
 * Decode an encoded picture. `ImageDecoder`, where there is one, saves the blob's way through the browser's process;
 * its frame is copied, since drawn frames stay in the page's memory.
 */
async function decodeEncoded(data: Uint8ClampedArray<ArrayBuffer>, type: string): Promise<Picture> {
  if (!("ImageDecoder" in window)) return createImageBitmap(new Blob([data], { type }));
  const decoder = new ImageDecoder({ data, type });
  try {
    const { image } = await decoder.decode();
    const { displayWidth: width, displayHeight: height } = image;
    const pixels = new Uint8ClampedArray(4 * width * height);
    await image.copyTo(pixels, { format: "RGBA" }).finally(() => image.close());
    return new ImageData(pixels, width, height);
  } catch {
    return createImageBitmap(new Blob([data], { type }));
  } finally {
    decoder.close();
  }
}

function view(bytes: DataView, length = bytes.byteLength): Uint8ClampedArray<ArrayBuffer> {
  return new Uint8ClampedArray(bytes.buffer as ArrayBuffer, bytes.byteOffset, length);
}

function imageData({ width, height }: Pixels, count: number, bytes: DataView): ImageData {
  return new ImageData(view(bytes, 4 * width * height * count), width, height * count);
}
