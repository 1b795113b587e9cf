// Gives what the network faceres of @vladmandic/human says of pictures, computed by the package's own TensorFlow.js in
// plain JavaScript: node face_res.mjs FOLDER-OF-THE-PACKAGE <pictures.json >answers.json
import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";

const folder = process.argv[2];
// The package bundles TensorFlow.js for browsers; a context without Node's own names is enough of one.
const page = { atob, console, performance, setTimeout, TextDecoder, TextEncoder, navigator: {} };
page.document = { createElement: () => ({ getContext: () => null }) };
page.window = page;
const context = createContext(page);
runInContext(readFileSync(`${folder}/dist/human.js`, "utf8"), context);
const human = runInContext("new Human.Human({ backend: 'cpu' })", context);
const { tf } = human;
await tf.setBackend("cpu");

const { Uint8Array: Bytes } = runInContext("({ Uint8Array })", context);
const { modelTopology, weightsManifest } = JSON.parse(readFileSync(`${folder}/models/faceres.json`, "utf8"));
const [{ weights: weightSpecs, paths }] = weightsManifest;
const weightData = Bytes.from(readFileSync(`${folder}/models/${paths[0]}`)).buffer;
const network = await tf.loadGraphModel({ load: async () => ({ modelTopology, weightSpecs, weightData }) });

// Pictures are [224, 224, 3] of 0..255. The program that trained the network gives it blue first, less means.
const outputs = ["gender_pred/BiasAdd", "age_pred/BiasAdd", "gender_pred/Sigmoid", "age_pred/Softmax"];
const answers = JSON.parse(readFileSync(0, "utf8")).map((picture) => {
  const shown = tf.sub(tf.reverse(tf.tensor3d(picture, undefined, "float32"), 2), [103.939, 116.779, 123.68]);
  const found = network.execute(tf.expandDims(shown, 0), outputs);
  return Object.fromEntries(outputs.map((name, index) => [name, found[index].arraySync()[0]]));
});
console.log(JSON.stringify({ version: human.version, tfjs: tf.version_core, answers }));
