import { expect, test } from "vitest";
import type { Suggested } from "../src/messages";
import { createFace } from "../src/photo-face";

type Cut = readonly [number, number, number, number];

const CUT: Cut = [0.25, 0, 0.5, 1];

/** A frame that records what is suggested to it, and a face that is asked for. */
function opened() {
  const put: Cut[] = [];
  const asked: number[] = [];
  const crop = {
    touched: false,
    small: async () => new ArrayBuffer(1),
    suggest: (cut: Cut) => {
      if (!crop.touched) put.push(cut);
      return !crop.touched;
    },
  };
  const face = createFace(crop, (photo) => asked.push(photo));
  const answer = (photo: number, cut: Cut | null, words = "") =>
    face.suggested({ type: "suggested", view: "v", photo, crop: cut, words } satisfies Suggested);
  return { crop, face, put, asked, answer, text: () => face.el.textContent };
}

test("the frame is put on the face of a photo, and that is said until a person moves it", async () => {
  const { face, put, asked, answer, text } = opened();
  await face.look();
  expect(asked).toEqual([1]);
  expect(text()).toBe("Looking for a face…");
  answer(1, CUT);
  expect(put).toEqual([CUT]);
  expect(text()).toContain("The frame was put where this model's faces are; move it if it is wrong.");
  face.moved();
  expect(text()).toBe("");
});

test("a frame that a person has moved stays where it is, and the face is offered", async () => {
  const { crop, face, put, answer, text } = opened();
  await face.look();
  crop.touched = true;
  face.moved();
  expect(text()).toBe("Looking for a face…");
  answer(1, CUT);
  expect(put).toEqual([]);
  expect(text()).toContain("A face was found");
});

test("a photo without a face is said to have none, and where the frame is as long as that is true", async () => {
  const { crop, face, answer, text } = opened();
  await face.look();
  answer(1, null, "No face was found.");
  expect(text()).toBe("No face was found. The frame is in the middle.");
  await face.look();
  crop.touched = true;
  answer(2, null, "No face was found.");
  expect(text()).toBe("No face was found.");
  await face.look();
  answer(3, null);
  expect(text()).toBe("");
});

test("the answer for an earlier photo is ignored, and so is one after the photo was closed", async () => {
  const { face, put, asked, answer, text } = opened();
  await Promise.all([face.look(), face.look()]);
  expect(asked).toEqual([2]);
  answer(1, CUT);
  expect(text()).toBe("Looking for a face…");
  face.forget();
  answer(2, CUT);
  expect(put).toEqual([]);
  expect(text()).toBe("");
});
