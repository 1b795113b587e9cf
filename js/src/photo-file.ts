/** Reads a picture that a person gives, or says in words why it cannot be taken. */

import { h } from "./dom";

/** A file of more bytes, or a picture of more pixels, is refused before it is decoded. */
const MOST_BYTES = 100_000_000;
const MOST_PIXELS = 100_000_000;
/** The longer side of what is kept, in pixels. */
const KEPT = 2048;

/** Why a file cannot be taken, for the person who gave it. */
export class PhotoError extends Error {}

/** Give a picture upright, on white and not too large; of an animation the first frame. */
export async function readPhoto(file: File): Promise<HTMLCanvasElement> {
  const name = file.name ? `“${file.name}”` : "This";
  if (file.size > MOST_BYTES)
    throw new PhotoError(
      `${name} has ${megabytes(file.size)} MB; at most 100 MB are taken. Make it smaller.`,
    );
  const unreadable = `${name} is no picture that this browser can read; use PNG, JPEG or WebP. In Python, panel.find(path) reads more kinds.`;
  if (file.type.startsWith("image/svg")) throw new PhotoError(unreadable);
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    await new Promise<void>((done, failed) => {
      image.onload = () => done();
      image.onerror = () => failed(new PhotoError(unreadable));
      image.src = address;
    });
    const { naturalWidth: width, naturalHeight: height } = image;
    if (width * height === 0) throw new PhotoError(unreadable);
    if (width * height > MOST_PIXELS)
      throw new PhotoError(
        `${name} has ${width} × ${height} pixels; at most 100 million are taken. Make it smaller.`,
      );
    const scale = Math.min(1, KEPT / Math.max(width, height));
    const size = {
      width: String(Math.max(1, Math.round(width * scale))),
      height: String(Math.max(1, Math.round(height * scale))),
    };
    const canvas = h("canvas", size);
    const context = canvas.getContext("2d");
    if (!context) throw new PhotoError(unreadable);
    context.imageSmoothingQuality = "high";
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** The first picture among what was dropped or pasted; the first file where there is none. */
export function photoOf(data: DataTransfer | null): File | null {
  const files = [...(data?.files ?? [])];
  return files.find((file) => file.type.startsWith("image/")) ?? files[0] ?? null;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
