import { describe, expect, it } from "vitest";
import { loaded } from "../src/entry";

const panel = { render: () => undefined };

describe("the panel's program", () => {
  it("is loaded once by a page, whatever number of widgets has it", async () => {
    const page = {};
    let loads = 0;
    const load = async () => {
      loads++;
      return panel;
    };
    const all = [loaded("one", load, page), loaded("one", load, page)];
    await Promise.all(all);
    all.push(loaded("one", load, page));
    expect(await Promise.all(all)).toEqual([panel, panel, panel]);
    expect(loads).toBe(1);
  });

  it("of another version is another module", async () => {
    const page = {};
    const other = { render: () => undefined };
    expect(await loaded("one", async () => panel, page)).toBe(panel);
    expect(await loaded("other", async () => other, page)).toBe(other);
  });

  it("that could not be loaded is tried again", async () => {
    const page = {};
    await expect(loaded("one", () => Promise.reject(new Error("refused")), page)).rejects.toThrow("refused");
    expect(await loaded("one", async () => panel, page)).toBe(panel);
  });
});
