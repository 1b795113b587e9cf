/** Builds what the Python package carries: the panel, and the program and runtime of a page. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build, context } from "esbuild";

const STATIC = "../sefa_widget/static";
const common = { bundle: true, target: "es2022", logLevel: "warning" };
const panel = {
  ...common,
  entryPoints: ["src/entry.ts", "src/panel.ts", "src/panel.css"],
  format: "esm",
  outdir: STATIC,
};

if (process.argv.includes("--watch")) {
  const watched = await context(panel);
  await watched.watch();
} else {
  await mkdir(STATIC, { recursive: true });
  await build({ ...panel, minify: true });
  await build({
    ...common,
    entryPoints: { page: "src/page/page.ts", "page-worker": "src/page/worker.ts" },
    format: "iife",
    outdir: STATIC,
    minify: true,
    // The worker has no address to fetch the runtime from, and says one when it has the runtime: see worker.ts.
    define: { "import.meta.url": "runtimeAddress" },
    banner: { js: 'var runtimeAddress = "";' },
  });
  await build({ ...common, entryPoints: { page: "src/page/page.css" }, outdir: STATIC, minify: true });
  const runtime = await readFile("node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm");
  const packed = gzipSync(runtime, { level: 9 });
  packed[9] = 255; // the system that packed it: the same bytes on every machine
  await writeFile(`${STATIC}/page-runtime.wasm.gz`, packed);
}
