/** Reads the packed blocks of a page: gzip, whose checksum tells when bytes were cut or changed. */

export class DamagedPage extends Error {}

/** The bytes of the block with this id. */
export async function unpack(page: Document, id: string): Promise<ArrayBuffer> {
  const block = page.getElementById(id);
  const damaged = new DamagedPage(
    `This page is damaged: its block “${id}” was cut or changed. Get the page again from whoever made it.`,
  );
  if (!block) throw damaged;
  try {
    const packed = Uint8Array.from(atob((block.textContent ?? "").trim()), (letter) => letter.charCodeAt(0));
    block.remove(); // its text takes more memory than its bytes
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return await new Response(stream).arrayBuffer();
  } catch {
    throw damaged;
  }
}
