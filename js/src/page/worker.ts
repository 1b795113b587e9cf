/** Runs the generator of a page, so that the page itself stays quick: the runtime of ONNX in WebAssembly. */

import * as ort from "onnxruntime-web/wasm";
import type { Answer, Order } from "./painter";

declare global {
  /** What the runtime takes for the address that it came from; nothing is fetched from there. */
  var runtimeAddress: string;
}

let session: ort.InferenceSession | null = null;

async function open(runtime: ArrayBuffer, model: ArrayBuffer): Promise<void> {
  // Empty while the runtime's program began, so that it takes its own parts; an address by now, to name its files.
  globalThis.runtimeAddress = "https://page.invalid/";
  ort.env.wasm.numThreads = 1; // more need a page that is served with special headers
  ort.env.wasm.wasmBinary = runtime;
  ort.env.logLevel = "error";
  session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
}

async function draw({ count, inputs, times }: Extract<Order, { type: "draw" }>): Promise<Answer> {
  if (!session) throw new Error("The network is not there yet.");
  const begin = performance.now();
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { data, size }]) => [
      name,
      new ort.Tensor("float32", data, [count, ...size]),
    ]),
  );
  const { pixels } = await session.run(feeds);
  if (!pixels) throw new Error("The network gives no pixels.");
  const [, height = 0, width = 0] = pixels.dims;
  const whole = new Uint8ClampedArray(pixels.data as Uint8Array);
  pixels.dispose();
  const small = times > 1 ? shrink(whole, count, width, height, times) : { pixels: whole, width, height };
  return { type: "drawn", ...small, render_ms: performance.now() - begin };
}

/** The mean of `times` x `times` pixels each. */
function shrink(whole: Uint8ClampedArray, count: number, wide: number, high: number, times: number) {
  const [width, height] = [Math.max(1, Math.floor(wide / times)), Math.max(1, Math.floor(high / times))];
  const pixels = new Uint8ClampedArray(4 * width * height * count);
  for (let n = 0; n < count; n++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let channel = 0; channel < 4; channel++) {
          let sum = 0;
          for (let down = 0; down < times; down++)
            for (let along = 0; along < times; along++)
              sum += whole[4 * ((n * high + y * times + down) * wide + x * times + along) + channel] ?? 0;
          pixels[4 * ((n * height + y) * width + x) + channel] = Math.round(sum / times ** 2);
        }
  return { pixels, width, height };
}

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  try {
    if (data.type === "open") {
      await open(data.runtime, data.model);
      self.postMessage({ type: "open" } satisfies Answer);
      return;
    }
    const answer = await draw(data);
    self.postMessage(answer, {
      transfer: answer.type === "drawn" ? [answer.pixels.buffer as ArrayBuffer] : [],
    });
  } catch (error) {
    self.postMessage({ type: "failed", message: String(error) } satisfies Answer);
  }
};
