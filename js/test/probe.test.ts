import { expect, test } from "vitest";
import { isLoopback, measure, median } from "../src/probe";

const echo = (empty: number, padded: number) => {
  const asked: boolean[] = [];
  const ask = async (fill: boolean) => {
    asked.push(fill);
    return fill ? padded : empty;
  };
  return { asked, echo: ask };
};

test("five empty and five padded echoes go out", async () => {
  const { asked, echo: ask } = echo(10, 10);
  await measure(ask, true);
  expect(asked.filter(Boolean)).toHaveLength(5);
  expect(asked).toHaveLength(10);
});

test("padding is asked for if the empty way is slow and the padded one much faster", async () => {
  expect(await measure(echo(47, 18).echo, true)).toEqual({ roundTrip: 18, padded: true });
});

test("one held-back answer is enough to ask for padding", async () => {
  const empty = [10, 11, 46, 10, 12];
  const mixed = async (fill: boolean) => (fill ? 12 : (empty.pop() ?? 0));
  expect(await measure(mixed, true)).toEqual({ roundTrip: 12, padded: true });
});

test.each([
  ["the empty way is fast", 24, 8, true],
  ["padding gains little", 47, 30, true],
  ["the kernel is on another machine", 47, 18, false],
])("no padding if %s", async (_why, empty, padded, loopback) => {
  expect(await measure(echo(empty, padded).echo, loopback)).toEqual({ roundTrip: empty, padded: false });
});

test("a probe without an answer ends the measurement", async () => {
  let asked = 0;
  expect(await measure(async () => (++asked === 3 ? null : 5), true)).toBeNull();
  expect(asked).toBe(3);
});

test("loopback is this machine under any of its names", () => {
  expect(["localhost", "127.0.0.1", "127.1.2.3", "[::1]"].map(isLoopback)).toEqual([true, true, true, true]);
  expect(["hub.example.org", "10.0.0.1", "localhost.example.org"].map(isLoopback)).toEqual([
    false,
    false,
    false,
  ]);
});

test("the median of none is zero", () => {
  expect([median([]), median([3, 1, 2])]).toEqual([0, 2]);
});
