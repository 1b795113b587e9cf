import { beforeEach, describe, expect, test } from "vitest";
import { createLens, LENS_BARS, type Lens } from "../src/lens";

const values = Array.from({ length: 512 }, (_, n) => 512 - n);
let lens: Lens;
let pointed: (number | null)[];
let picked: number[];

beforeEach(() => {
  [pointed, picked] = [[], []];
  const scope = { signal: new AbortController().signal, fail: () => {} };
  lens = createLens(scope, { point: (index) => pointed.push(index), pick: (index) => picked.push(index) });
  lens.el.getBoundingClientRect = () => ({ left: 100, width: 10 * LENS_BARS }) as DOMRect;
  lens.draw(values, (index) => (index === 140 ? "strong" : index < 20 ? "listed" : "rest"));
});

const bars = () => [...lens.el.querySelectorAll<HTMLElement>(".sefa-lens-bar")];
const at = (type: string, place: number) => new MouseEvent(type, { clientX: 100 + 10 * place + 5 });
const marked = () => bars().findIndex((bar) => bar.classList.contains("sefa-lens-mark"));

describe("a lens", () => {
  test("begins at the first direction, and is moved so that one is in its middle", () => {
    const heights = () => bars().map((bar) => Number(bar.style.getPropertyValue("--height")));
    expect(heights()[0]).toBe(1);
    expect(heights()[18]).toBeCloseTo((512 - 18) / 512, 3);
    lens.move(137);
    expect(heights()[0]).toBe(1);
    expect(heights()[9]).toBeCloseTo((512 - 137) / (512 - 128), 3);
  });

  test.each([
    [2, 2],
    [511, LENS_BARS - 1],
  ])("stays within the spectrum at direction %i", (index, place) => {
    lens.move(index);
    lens.mark(index);
    expect(marked()).toBe(place);
  });

  test("says where the pointer is, without moving, and picks what is clicked", () => {
    lens.move(137);
    lens.el.dispatchEvent(at("pointermove", 10));
    lens.el.dispatchEvent(at("click", 12));
    lens.el.dispatchEvent(at("pointerleave", 0));
    expect(pointed).toEqual([138, null]);
    expect(picked).toEqual([140]);
  });

  test("shows which directions are moved and which have a row", () => {
    lens.move(18);
    expect(bars().map((bar) => bar.dataset.kind)).toEqual(
      Array.from({ length: LENS_BARS }, (_, n) => (n + 9 < 20 ? "listed" : "rest")),
    );
    lens.move(140);
    expect(bars()[9]?.dataset.kind).toBe("strong");
  });

  test("comes back to what there is of a shorter spectrum", () => {
    lens.move(500);
    lens.draw(values.slice(0, 200), () => "rest");
    lens.mark(199);
    expect(marked()).toBe(LENS_BARS - 1);
  });

  test("of a spectrum that is shorter than it points at nothing beside it", () => {
    lens.draw([2, 1], () => "rest");
    lens.el.dispatchEvent(at("click", 7));
    lens.el.dispatchEvent(at("click", 1));
    expect(picked).toEqual([1]);
  });
});
