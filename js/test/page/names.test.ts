import { expect, test } from "vitest";
import { Names } from "../../src/page/names";
import { contents, drawnContents } from "./held";

function store(full = false): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (full) throw new Error("full");
      kept.set(key, value);
    },
  } as unknown as Storage;
}

const page = contents();
const [first, second] = page.searches;
if (!first || !second) throw new Error("There are two searches.");

test("names are of the directions of one search, and are there again when the page is opened again", () => {
  const storage = store();
  new Names(page, storage).say(first, 1, { name: "smile", sign: -1 });
  const again = new Names(page, storage);
  expect(again.info(first).named[1]).toMatchObject({ name: "smile", sign: -1 });
  expect(again.info(second).named).toEqual({});
  expect(again.info(first)).toMatchObject({ place: "this browser", problem: "", words: ["smile"] });
});

test("null takes away what was said here, and leaves what the page came with", () => {
  const said = {
    name: "age",
    sign: 1,
    range: null,
    note: "",
    obvious: null,
    meaningful: null,
    confirmed: true,
  };
  const labels = { ...first.labels, named: { 1: { ...said, similarity: 1, rater: "Ada" } } };
  const names = new Names(page, store());
  const held = { ...first, labels };
  names.say(held, 1, { note: "slowly" });
  expect(names.info(held).named[1]).toMatchObject({ name: "age", note: "slowly" });
  names.say(held, 1, null);
  expect(names.info(held).named[1]).toMatchObject({ name: "age", note: "" });
});

test("the file of names has the vector of each", () => {
  const names = new Names(page, store());
  names.say(second, 1, { name: "smile", meaningful: true });
  const { format, labels } = JSON.parse(names.json(page.state));
  expect(format).toBe("sefa_widget labels");
  expect(labels).toMatchObject([
    {
      generator: "tiny",
      name: "smile",
      vector: [0, 10, 0],
      index: 1,
      value: 0.4,
      seeds: [3, 4],
      meaningful: true,
    },
  ]);
  expect(labels[0].similarity).toBeUndefined();
});

test("a browser without room says that names are not kept", () => {
  for (const storage of [null, store(true)]) {
    const names = new Names(page, storage);
    names.say(first, 0, { name: "turn" });
    expect(names.info(first)).toMatchObject({ unsaved: 1 });
    expect(names.info(first).problem).toContain("save the names as a file");
  }
});

test("there is no direction beyond the last", () => {
  expect(() => new Names(page, store()).say(first, 2, { name: "x" })).toThrow("There is no direction 2");
});

test("what another page of the generator holds besides, and what is no name, is left out", () => {
  const storage = store();
  const wide = { ...first, info: { ...first.info, ends: [1, 1, 1] } };
  new Names(page, storage).say(wide, 2, { name: "far" });
  expect(new Names(page, storage).info(first).named).toEqual({});
  expect(JSON.parse(new Names(page, storage).json(page.state)).labels).toEqual([]);
  expect(new Names(page, storage).info(wide).named[2]?.name).toBe("far");
  const key = `sefa_widget names ${page.state.fingerprint}`;
  for (const text of ["no JSON", "[]", '{"sefa 0-1 true": {"0": {"name": 3}}}', '{"sefa 0-1 true": 3}']) {
    storage.setItem(key, text);
    expect(new Names(page, storage).info(first).named).toEqual({});
  }
});

test("what a reader says is the reader's, also of a direction that somebody else has named", () => {
  const said = {
    name: "age",
    sign: 1,
    range: null,
    note: "",
    obvious: null,
    meaningful: null,
    confirmed: true,
  };
  const held = {
    ...first,
    labels: { ...first.labels, named: { 1: { ...said, similarity: 1, rater: "Ada" } } },
  };
  const names = new Names({ ...page, searches: [held] }, store());
  names.say(held, 1, { note: "slowly" });
  expect(JSON.parse(names.json(page.state)).labels).toMatchObject([
    { name: "age", rater: "a reader of a page" },
  ]);
});

test("a name of one of a few directions comes with the vector of that one", () => {
  const drawn = drawnContents();
  const [few] = drawn.searches;
  if (!few) throw new Error("There are two searches.");
  const names = new Names(drawn, store());
  names.say(few, 3, { name: "age" });
  const { labels } = JSON.parse(names.json(drawn.state));
  expect(labels).toMatchObject([{ name: "age", index: 3, vector: [0, 0, 1], value: 0.1 }]);
  expect(() => names.say(few, 2, { name: "x" })).toThrow("There is no direction 2 in this page.");
});
