/** Puts the frame on a photo's face, as the kernel suggests, unless a person has moved it. */

import { h, setText } from "./dom";
import type { Suggested } from "./messages";
import type { Crop } from "./photo-crop";

export interface FaceOfPhoto {
  /** What came of it, in words. */
  readonly el: HTMLElement;
  /** Ask where the photo of the frame is to be cut; an earlier photo needs no answer any more. */
  look(): Promise<void>;
  suggested(suggested: Suggested): void;
  /** A person moved the frame. */
  moved(): void;
  /** Wait for no answer any more. */
  forget(): void;
}

const LOOKING = "Looking for a face…";
const PLACED = "The frame was put where this model's faces are; move it if it is wrong.";
const OFFERED = "A face was found; “Face” puts the frame where this model's faces are.";
const MIDDLE = "The frame is in the middle.";

export function createFace(
  crop: Pick<Crop, "small" | "suggest" | "touched">,
  ask: (photo: number, bytes: ArrayBuffer) => void,
): FaceOfPhoto {
  const el = h("p", { class: "sefa-quiet sefa-photo-face", role: "status" });
  let photos = 0;
  /** The photo whose answer is waited for; 0 for none. */
  let asked = 0;
  return {
    el,
    async look() {
      photos += 1;
      const photo = photos;
      asked = photo;
      setText(el, LOOKING);
      const bytes = await crop.small();
      if (asked === photo) ask(photo, bytes);
    },
    suggested({ photo, crop: cut, words }) {
      if (photo !== asked) return;
      asked = 0;
      if (cut) setText(el, crop.suggest(cut) ? PLACED : OFFERED);
      else setText(el, words && !crop.touched ? `${words} ${MIDDLE}` : words);
    },
    moved() {
      if (asked === 0) setText(el, "");
    },
    forget() {
      if (asked !== 0) setText(el, "");
      asked = 0;
    },
  };
}
