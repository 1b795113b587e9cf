import { expect, test } from "vitest";
import { classNamed } from "../src/class-field";

const NAMES = ["tench", "golden retriever", "Labrador retriever", "toilet tissue", "crane", "crane bird"];

test("a class is found by its number, its name, or a part of one name", () => {
  expect(classNamed("3", NAMES)).toBe(3);
  expect(classNamed(" Tench ", NAMES)).toBe(0);
  expect(classNamed("golden", NAMES)).toBe(1);
  expect(classNamed("crane", NAMES)).toBe(4);
});

test("what means no class, or several, is said", () => {
  expect(classNamed("6", NAMES)).toBe("There is no class 6; type 0 to 5 or a name.");
  expect(classNamed("whale", NAMES)).toBe("No class is called “whale”.");
  expect(classNamed("", NAMES)).toBe("No class is called “”.");
  expect(classNamed("retriever", NAMES)).toBe(
    "2 classes are called so: golden retriever, Labrador retriever.",
  );
});
