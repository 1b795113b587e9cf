import { expect, test } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { DrawOrder } from "../src/draw-order";
import { type Frame, parseInfo } from "../src/messages";

const base = parseInfo(wire.down.frame) as Frame;
const frame = (fields: Partial<Frame>): Frame => ({ ...base, quality: "preview", ...fields });

test("a frame of an older state is not drawn", () => {
  const order = new DrawOrder();
  order.drawn(frame({ revision: 5, seq: 9 }));
  expect(order.admits(frame({ revision: 4, seq: 10 }))).toBe(false);
  expect(order.admits(frame({ revision: 6, seq: 9 }))).toBe(true);
});

test("an earlier answer about the same state is not drawn", () => {
  const order = new DrawOrder();
  order.drawn(frame({ revision: 5, seq: 9 }));
  expect(order.admits(frame({ revision: 5, seq: 8 }))).toBe(false);
});

test("the final frame takes the place of its preview, not the other way round", () => {
  const order = new DrawOrder();
  expect(order.admits(frame({}))).toBe(true);
  order.drawn(frame({}));
  expect(order.admits(frame({ quality: "final" }))).toBe(true);
  order.drawn(frame({ quality: "final" }));
  expect(order.admits(frame({}))).toBe(false);
});

test("while comparing only the unedited picture is drawn, and afterwards only the edited one", () => {
  const order = new DrawOrder();
  order.unedited = true;
  expect(order.admits(frame({ seq: 8 }))).toBe(false);
  expect(order.admits(frame({ seq: 8, unedited: true }))).toBe(true);
  order.unedited = false;
  expect(order.admits(frame({ seq: 9, unedited: true }))).toBe(false);
});
