// Gives what the networks of @vladmandic/face-api say of pictures, computed by its own TensorFlow.js in plain
// JavaScript: node face_api.mjs FOLDER-OF-THE-PACKAGE <pictures.json >answers.json
import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";

const folder = process.argv[2];
// The package bundles TensorFlow.js for browsers; a context without Node's own names is enough of one.
const page = { console, performance, setTimeout, TextDecoder, TextEncoder, document: {} };
page.window = page;
const context = createContext(page);
runInContext(readFileSync(`${folder}/dist/face-api.js`, "utf8"), context);
const faceapi = runInContext("faceapi", context);
const { tf } = faceapi;
await tf.setBackend("cpu");
// Pictures are given as tensors, so nothing is a canvas, an image or a video.
const Nothing = class {};
faceapi.env.setEnv({ Canvas: Nothing, Image: Nothing, ImageData: Nothing, Video: Nothing });

const { Uint8Array: Bytes } = runInContext("({ Uint8Array })", context);
const load = async (network, name) => {
  const manifest = JSON.parse(readFileSync(`${folder}/model/${name}-weights_manifest.json`, "utf8"));
  const read = tf.io.weightsLoaderFactory(async (paths) =>
    paths.map((path) => Bytes.from(readFileSync(path)).buffer),
  );
  network.loadFromWeightMap(await read(manifest, `${folder}/model`));
};
const ages = new faceapi.AgeGenderNet();
const expressions = new faceapi.FaceExpressionNet();
await load(ages, "age_gender_model");
await load(expressions, "face_expression_model");

const answers = {};
// Of each case: pictures [N, H, W, 3] of 0..255, and the box of the face in pixels, or nothing.
for (const [name, { pictures, box }] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  answers[name] = [];
  for (const picture of pictures) {
    let face = tf.tensor3d(picture, undefined, "int32");
    if (box) [face] = await faceapi.extractFaceTensors(face, [new faceapi.Rect(...box)]);
    const input = await faceapi.toNetInput(face);
    const { age, gender } = ages.runNet(input);
    const said = await ages.predictAgeAndGender(face);
    answers[name].push({
      age: age.arraySync()[0],
      gender: gender.arraySync()[0],
      expressions: expressions.runNet(input).arraySync()[0],
      said: {
        age: said.age,
        male: said.gender === "male" ? said.genderProbability : 1 - said.genderProbability,
        ...(await expressions.predictExpressions(face)),
      },
    });
  }
}
console.log(JSON.stringify({ version: faceapi.version, tfjs: tf.version_core, answers }));
