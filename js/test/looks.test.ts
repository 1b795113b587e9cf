import { beforeEach, describe, expect, test, vi } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { Looks, Thumb, type Wanted } from "../src/looks";
import { type LookItem, parseSeen, type Seen } from "../src/messages";
import { parseState, type State } from "../src/state";

const state = parseState(wire.traits.state) as State;
const template = parseSeen(wire.down.look) as Seen;

let asked: { name: string; items: readonly LookItem[] }[] = [];
let looks: Looks;

beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue({ putImageData: vi.fn() } as never);
  asked = [];
  looks = new Looks({
    ask: (name, _size, items) => asked.push({ name, items }),
    came: () => {},
    fail: (error) => {
      throw error;
    },
  });
});

const want = (...items: LookItem[]): Wanted[] => items.map((item) => ({ thumb: new Thumb(), item }));
const many = (count: number) =>
  want(...Array.from({ length: count }, (_, index): LookItem => [0, index + 1, 2]));
const classes = (wanted: Wanted[]) =>
  wanted.map(({ thumb }) => thumb.el.className.replace("sefa-look", "").trim());

/** Give some items of a question. */
function give(question: number, items: number[], revision = state.revision): void {
  const name = asked[question]?.name ?? "";
  const seen = { ...template, name, revision, items, width: 1, height: 1 };
  looks.receive(seen, new DataView(new ArrayBuffer(4 * items.length)));
}

describe("looks", () => {
  test("ask once, and show each picture when it comes", () => {
    const wanted = want([0, 3, -1], [0, 3, 1]);
    looks.show("ends", wanted, state, true);
    looks.show("ends", wanted, state, true);
    expect(asked.map(({ items }) => items)).toEqual([
      [
        [0, 3, -1],
        [0, 3, 1],
      ],
    ]);
    expect(classes(wanted)).toEqual(["sefa-pending", "sefa-pending"]);
    give(0, [1]);
    looks.show("ends", wanted, state, true);
    expect(classes(wanted)).toEqual(["sefa-pending", ""]);
    expect(asked).toHaveLength(1);
  });

  test("ask for nothing unless all is quiet", () => {
    looks.show("ends", want([0, 3, 1]), state, false);
    expect(asked).toEqual([]);
  });

  test("of a moved direction are still right; those of the others are asked for again, and old ones stay", () => {
    const wanted = want([0, 0, 1], [0, 3, 1]);
    looks.show("ends", wanted, state, true);
    give(0, [0, 1]);
    looks.show("ends", wanted, state, true);
    const moved = { ...state, revision: state.revision + 1, strengths: { 0: 1 } };
    looks.show("ends", wanted, moved, true);
    expect(asked[1]?.items).toEqual([[0, 3, 1]]);
    expect(classes(wanted)).toEqual(["", "sefa-outdated"]);
  });

  test("that were drawn are not asked for again when the state comes back", () => {
    const wanted = want([0, 3, 1]);
    looks.show("ends", wanted, state, true);
    give(0, [0]);
    looks.show("ends", wanted, { ...state, revision: 6, truncation_psi: 0.3 }, true);
    give(1, [0], 6);
    looks.show("ends", wanted, { ...state, revision: 7 }, true);
    expect(asked).toHaveLength(2);
    expect(classes(wanted)).toEqual([""]);
  });

  test("of an older question of the same group are not taken for the newer one's", () => {
    looks.show("strip", want([0, 3, 1]), state, true);
    const other = want([0, 4, 1]);
    looks.show("strip", other, state, true);
    expect(asked.map(({ items }) => items.length)).toEqual([1, 0, 1]); // the old one is ended
    expect(asked[1]?.name).toBe(asked[0]?.name);
    give(0, [0]);
    looks.show("strip", other, state, true);
    expect(classes(other)).toEqual(["sefa-pending"]);
  });

  test("of another revision are left, and asked for when that state is here", () => {
    const wanted = want([0, 3, 1]);
    looks.show("ends", wanted, state, true);
    give(0, [0], state.revision + 1);
    looks.show("ends", wanted, { ...state, revision: state.revision + 1, chosen: 1 }, true);
    expect(classes(wanted)).toEqual(["sefa-pending"]);
    expect(asked.map(({ items }) => items.length)).toEqual([1, 0, 1]);
  });

  test("that are very many are asked for in parts, one after the other", () => {
    const wanted = many(100);
    looks.show("wall", wanted, state, true);
    give(0, [0, 1]);
    looks.show("wall", wanted, state, true);
    expect(asked.map(({ items }) => items.length)).toEqual([64]);
    give(
      0,
      Array.from({ length: 62 }, (_, number) => number + 2),
    );
    looks.show("wall", wanted, state, true);
    expect(asked.map(({ items }) => items.length)).toEqual([64, 36]);
  });

  test("that came into view are asked for before what is still open", () => {
    const wanted = many(10);
    looks.show("ends", wanted, state, true);
    give(0, [0]);
    looks.show("ends", [...want([0, 50, 2]), ...wanted], state, true);
    expect(asked.map(({ items }) => items.length)).toEqual([10, 0, 10]);
    expect(asked[2]?.items[0]).toEqual([0, 50, 2]);
  });
});
