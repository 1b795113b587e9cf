/** A model with a small scripted kernel behind it: it applies patches, draws and answers. */

const METHODS = Object.entries({
  sefa: "SeFa",
  composed: "Composed response",
  jacobian: "Jacobian",
  pca: "PCA",
  ica: "ICA",
  random: "Random",
}).map(([name, title]) => ({ name, title, options: [], value_name: "", value_symbol: "", takes: "", layers: name === "sefa" ? "latent" : "any" }));

const SMALL = {
  name: "faces",
  family: "dcgan",
  latent_space: "z",
  latent_dim: 100,
  resolution: 64,
  num_classes: 0,
  num_codes: 1,
  methods: METHODS.slice(0, 2),
  layers: [
    { name: "latent projection", resolution: 4, row: 0 },
    { name: "8x8 conv", resolution: 8, row: null },
    { name: "16x16 conv", resolution: 16, row: null },
    { name: "32x32 conv", resolution: 32, row: null },
    { name: "to RGB", resolution: 64, row: null },
  ],
};

const LARGE = {
  name: "ffhq-1024",
  family: "stylegan2",
  latent_space: "w",
  latent_dim: 512,
  resolution: 256,
  num_classes: 10,
  num_codes: 18,
  methods: METHODS,
  layers: Array.from({ length: 18 }, (_, row) => {
    const resolution = 2 ** (2 + Math.floor(row / 2));
    return { name: `${resolution}x${resolution} ${row % 2 ? "up conv" : "conv"}`, resolution, row };
  }),
};

const RESULT = {
  rows: [
    { group: "0-1", control: false, asked: 3, answers: 0, obvious: "-", meaningful: "-" },
    { group: "0-1", control: true, asked: 1, answers: 0, obvious: "-", meaningful: "-" },
  ],
  false_positives: "-",
  agreement: [
    { question: "obvious", fleiss: 0.41, krippendorff: 0.42, cohen: [["Ada", "Bo", -0.4]], range: [-0.4, -0.4], common: 3 },
    { question: "meaningful", fleiss: null, krippendorff: null, cohen: [], range: [-0.2, 0.6], common: 0 },
  ],
  raters: [],
  ignored: 0,
};

const STUDY = {
  name: "class of 2026",
  user: "ada",
  rater: "",
  seeds: [12, 31, 57],
  count: 4,
  groups: [["0-1", 0, 4]],
  said: {},
  result: RESULT,
  uncounted: "",
  place: "/home/ada/labels.sqlite",
  problem: "",
  unsaved: 0,
};

export class FakeModel {
  /** `size` is small or large; `delay` is the kernel's in ms; `state` overrides the first state. */
  constructor({ size = "small", delay = 5, state = {}, mime = "image/x-rgba", name, deaf = false, classes = [], study = null } = {}) {
    this.info = { ...(size === "large" ? LARGE : SMALL), ...(name ? { name } : {}), class_names: classes };
    this.delay = delay;
    this.mime = mime;
    this.sent = [];
    this.asked = 0;
    this.answered = 0;
    this.silent = false;
    this.deaf = deaf;
    this.listeners = [];
    this.traits = {
      generator_info: this.info,
      state: {
        revision: 0,
        starts: [{ seed: 12, label: size === "large" ? 3 : null, name: "" }],
        chosen: 0,
        strengths: {},
        layers: size === "large" ? [2, 6] : [0, 1],
        edit_layers: null,
        method: null,
        options: {},
        normalize: true,
        second: null,
        original: false,
        truncation_psi: 0.7,
        truncation_cutoff: null,
        stretch: 1,
        focused: 0,
        ...state,
      },
      history: { undo: null, redo: null },
      directions_info: {},
      labels_info: {
        named: {},
        offered: {},
        proposed: {},
        unscored: "",
        progress: "",
        again: "",
        words: ["smile", "turn"],
        place: "/home/ada/labels.sqlite",
        problem: "",
        unsaved: 0,
        rater: "Ada",
      },
      study_info: study === null ? {} : { ...STUDY, ...study },
    };
    this.factorise();
  }

  get(name) {
    return this.traits[name];
  }

  set() {
    throw new Error("The panel must never set a trait.");
  }

  save_changes() {
    throw new Error("The panel must never save.");
  }

  on(event, callback) {
    this.listeners.push([event, callback]);
  }

  off(event, callback) {
    this.listeners = this.listeners.filter(([e, c]) => e !== event || c !== callback);
  }

  trigger(event, ...values) {
    for (const [name, callback] of [...this.listeners]) if (name === event) callback(...values);
  }

  send(message, _callbacks, buffers) {
    this.sent.push(structuredClone(message));
    if (buffers && message.type === "find")
      this.files = [...(this.files ?? []), ...buffers.map((file) => [...new Uint8Array(file)])];
    if (message.type === "suggest") this.small = [...new Uint8Array(buffers[0])];
    if (message.type === "hello" || message.type === "edit") this.asked += 1;
    if (!this.silent) setTimeout(() => this.handle(message), this.delay);
  }

  handle(message) {
    const { type, view, seq } = message;
    if (type === "look") this.look(message);
    if (type === "share") this.share(message);
    if (type === "find") this.found(view, "searching", "Step 1 of 300: 15.0 dB.");
    if (type === "suggest") this.suggest(message);
    if (type === "steer") this.steer(message);
    if (type === "join") this.study(message.rater === null ? null : { rater: message.rater });
    if (message.study === true && type !== "look") this.answer(message);
    else if (type === "label") this.say(message);
    else if (type === "take_back") this.labels({ named: this.said.pop() ?? {} });
    if (type === "probe") this.trigger("msg:custom", { type, view, seq }, []);
    if (type !== "hello" && type !== "edit") return;
    this.answered += 1;
    if (message.patch?.seed === 666) {
      this.trigger("msg:custom", { type: "error", view, seq, message: "Seed 666 is outside what this generator allows." }, []);
      return;
    }
    if (message.patch && Object.keys(message.patch).length > 0) this.apply(message.patch);
    this.frame(view, seq, message.unedited === true);
  }

  /** Change the state as Python code or another view would. */
  apply(patch) {
    const { state } = this.traits;
    const strengths = { ...state.strengths, ...patch.strengths };
    for (const [index, strength] of Object.entries(strengths)) if (strength === 0) delete strengths[index];
    const { seed, label, ...fields } = patch;
    const next = { ...state, ...fields, strengths, revision: state.revision + 1 };
    next.starts = next.starts.map((pin, row) =>
      row === next.chosen ? { ...pin, seed: seed ?? pin.seed, label: label ?? pin.label } : pin,
    );
    this.traits.state = next;
    if (patch.layers || patch.normalize !== undefined) this.factorise();
    this.trigger("change:state");
  }

  /** Answer with a file, whose bytes say what was asked for; a real picture where the page is to copy it. */
  share({ view, what, ending }) {
    const mime = ending === ".png" ? "image/png" : "application/octet-stream";
    const bytes = new TextEncoder().encode(`${what}${ending}`);
    const info = { type: "file", view, name: `faces-${what}${ending}`, mime };
    this.trigger("msg:custom", info, [new DataView(bytes.buffer)]);
  }

  /** Tell how far the search for a photo is; its pictures are those of three seeds. */
  found(view, phase, words, foreign = false) {
    const side = this.info.resolution;
    const rgba = new Uint8ClampedArray(3 * side * side * 4);
    for (const seed of [0, 1, 2]) rgba.set(picture({ seed, strengths: {} }, side), seed * side * side * 4);
    const shown = phase === "failed" ? [0, 0] : [side, side];
    const [width, height] = shown;
    const info = { type: "found", view, phase, fraction: 0.5, words, foreign, mime: "image/x-rgba", width, height };
    this.trigger("msg:custom", info, [phase === "failed" ? new DataView(new ArrayBuffer(0)) : padded(rgba)]);
  }

  /** Tell where to cut a photo, if a test says so. */
  suggest({ view, photo }) {
    const info = { type: "suggested", view, photo, crop: this.crop ?? null, words: this.words ?? "" };
    this.trigger("msg:custom", info, []);
  }

  steer({ view, how }) {
    if (how === "stop") this.found(view, "done", "Found with a PSNR of 31.0 dB.");
    if (how === "more") this.found(view, "searching", "Step 1 of 300: 31.0 dB.");
    const { starts } = this.traits.state;
    const photo = { seed: 0, label: starts[0].label, name: "photo 1", latent: "AACAPw==" };
    if (how === "keep") this.apply({ starts: [...starts, photo], chosen: starts.length });
  }

  /** Keep what is said of a direction. */
  say({ index, fields }) {
    const { named } = this.traits.labels_info;
    this.said = [...(this.said ?? []), named];
    const first = { name: "", sign: 1, range: null, note: "", obvious: null, meaningful: null, confirmed: true };
    const { [index]: before, ...others } = named;
    const next = { ...first, similarity: 1, rater: "Ada", ...before, ...fields };
    this.labels({ named: fields === null ? others : { ...others, [index]: next } });
  }

  /** Change the trait of the names. */
  labels(change) {
    this.traits.labels_info = { ...this.traits.labels_info, ...change };
    this.trigger("change:labels_info");
  }

  /** Change the trait of the study; null ends it. */
  study(change) {
    this.traits.study_info = change === null ? {} : { ...this.traits.study_info, ...change };
    this.trigger("change:study_info");
  }

  /** Keep the answer to a question of the study, or take the last one back. */
  answer({ type, index, fields }) {
    const { said, groups, rater } = this.traits.study_info;
    this.answers ??= [];
    if (type === "label") this.answers.push(said);
    const next = type === "label" ? { ...said, [index]: fields } : this.answers.pop();
    const count = Object.keys(next).length;
    const [name, , of] = groups[0];
    this.study({ said: next, groups: [[name, count, of]], result: { ...RESULT, raters: [[rater, count]] } });
  }

  factorise() {
    const { layers, normalize } = this.traits.state;
    const d = this.info.latent_dim;
    const sharpness = (40 + 8 * (layers[1] - layers[0])) / d;
    const values = Array.from({ length: d }, (_, i) => 0.31 * Math.exp((-i * sharpness) / 8) + 0.02 * (1 - i / d));
    const composed = layers[1] > 1 && this.info.num_codes === 1;
    const { name: method, title } = METHODS[composed ? 1 : 0];
    const [value_name, value_symbol] = composed ? ["share of the response", "λ/Σλ"] : ["share of the rows", "λ/m"];
    const ends = values.map(() => 5);
    const stops = values.map((_, i) => (i < 32 ? "change" : "estimate"));
    // Direction i changes the cell number i of an 8 x 8 grid.
    const where = (i) => Array.from({ length: 64 }, (_, cell) => (cell === i ? 1000 : 0));
    const acts = Object.fromEntries(values.slice(0, 64).map((_, i) => [i, { alike: Math.cos(i), where: where(i) }]));
    const found = { value_name, value_symbol, values, ends, stops, change: 0.28, second: null, acts };
    this.traits.directions_info = { method, title, layers, normalized: normalize, rows: 8192, ...found };
    this.trigger("change:directions_info");
  }

  /** Draw small pictures, some at a time, unless `deaf` to looks; only the newest of a name is drawn. */
  look({ view, name, size, items, study }) {
    if (this.deaf) return;
    this.looks ??= new Map();
    this.looks.set(name, items);
    const { state } = this.traits;
    const times = Math.max(1, Math.floor(this.info.resolution / size));
    const side = this.info.resolution / times;
    const step = (first) => {
      if (this.looks.get(name) !== items || this.traits.state !== state || first >= items.length) return;
      const far = study ? 5 : 1;
      const some = items.slice(first, first + 8);
      const rgba = new Uint8ClampedArray(some.length * side * side * 4);
      some.forEach(([row, index, strength], place) => {
        const strengths = { ...state.strengths, [index]: far * strength };
        const seed = study ? this.traits.study_info.seeds[row] : state.starts[row].seed;
        rgba.set(picture({ seed, strengths }, side), place * side * side * 4);
      });
      const shown = { items: some.map((_, place) => first + place), width: side, height: side };
      const info = { type: "look", view, name, revision: state.revision, mime: "image/x-rgba", ...shown };
      this.trigger("msg:custom", info, [padded(rgba)]);
      setTimeout(() => step(first + some.length), this.delay);
    };
    step(0);
  }

  async frame(view, seq, unedited) {
    const { width, height } = { width: this.info.resolution, height: this.info.resolution };
    const { state } = this.traits;
    const rgba = new Uint8ClampedArray(state.starts.length * width * height * 4);
    state.starts.forEach(({ seed }, row) => {
      rgba.set(picture({ ...state, seed }, width, unedited), row * width * height * 4);
    });
    const sheet = { rows: state.starts.length, columns: 1, tiles: state.starts.map((_, row) => [row, 0]) };
    const info = { type: "frame", view, seq, revision: state.revision, ...sheet, unedited, width, height };
    const raw = this.mime === "image/x-rgba";
    const bytes = raw ? padded(rgba) : await encoded(rgba, width, height * sheet.rows, this.mime);
    const message = { ...info, quality: "preview", mime: this.mime, render_ms: 6.25 };
    this.trigger("msg:custom", message, [bytes, new DataView(new ArrayBuffer(8))]);
  }
}

/** The first pixel says seed, number of strengths and 10 x the strength of direction 0; the rest is for the eye. */
function picture(state, size, unedited) {
  const strengths = unedited ? {} : state.strengths;
  const rgba = new Uint8ClampedArray(size * size * 4);
  const at = (i) => strengths[i] ?? 0;
  const others = Object.entries(strengths).reduce((sum, [i, value]) => (i > 2 ? sum + Math.cos(i) * value : sum), 0);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const [u, v] = [x / size - 0.5 + at(1) / 30, y / size - 0.5];
      const radius = Math.hypot(u * (1 + at(2) / 20), v) * (1 - at(0) / 12);
      const face = radius < 0.36 ? 1 : 0;
      const eye = Math.hypot(Math.abs(u) - 0.13, v + 0.08) < 0.045 ? 1 : 0;
      const mouth = Math.abs(v - 0.14 - (at(0) / 10) * (0.03 - u * u * 2)) < 0.02 && Math.abs(u) < 0.14 ? 1 : 0;
      const hue = ((state.seed * 37) % 360) / 360;
      const tone = face ? 0.85 - radius * 0.7 - 0.6 * Math.max(eye, mouth) : 0.35 + 0.25 * v;
      const warm = others / 12;
      const shade = [tone * (1 + warm), tone * (0.65 + 0.3 * hue), tone * (0.95 - 0.5 * hue - warm)];
      rgba.set([...shade.map((part) => 255 * part), 255], 4 * (y * size + x));
    }
  rgba.set([state.seed % 256, Object.keys(strengths).length, 128 + 10 * at(0), 255]);
  return rgba;
}

/** As Jupyter hands buffers over: a view into a larger buffer. */
function padded(rgba) {
  const whole = new Uint8Array(rgba.length + 24);
  whole.set(rgba, 16);
  return new DataView(whole.buffer, 16, rgba.length);
}

async function encoded(rgba, width, height, type) {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").putImageData(new ImageData(rgba, width, height), 0, 0);
  return new DataView(await (await canvas.convertToBlob({ type, quality: 0.95 })).arrayBuffer());
}
