import { expect, test } from "vitest";
import golden from "../../../tests/normal.json" with { type: "json" };
import { normal } from "../../src/page/normal";

test.each(golden)("the $count numbers of seed $seed are those of PyTorch", ({ seed, count, numbers }) => {
  const found = normal(seed, count);
  expect(found.length).toBe(count);
  for (const [place, number] of Object.entries(numbers)) expect(found[Number(place)]).toBeCloseTo(number, 5);
});
