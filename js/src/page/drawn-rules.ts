/** What a page lets a person change whose pictures were drawn beforehand: only what is among them. */

import { signed } from "../format";
import { movable } from "../info";
import type { Pin, State } from "../state";
import type { Contents, Held } from "./contents";
import { type Drawn, nearest, ofPair } from "./drawn";
import { ENDINGS } from "./files";
import { patched } from "./patch";
import type { Rules } from "./rules";
import { heldFor } from "./searches";

type Patch = Readonly<Record<string, unknown>>;

const WHY = "The pictures were drawn beforehand, so this cannot be changed here";
/** Fields that stay as they were. */
const FIXED = ["truncation_psi", "truncation_cutoff", "edit_layers", "stretch", "ranges"] as const;

export function drawnRules({ generator, searches, state }: Contents, drawn: Drawn): Rules {
  const scope = { generator, searches, truncates: false };
  let said = "";
  /** The control that caused what is said: as long as it is moved on, that stands. */
  let cause = "";

  const of = (held: Held) => drawn.searches[searches.indexOf(held)];
  const above = (held: Held, index: number) => of(held)?.strengths[movable(held.info).indexOf(index)] ?? [];
  const inPair = (held: Held, index: number) => ofPair(above(held, index), drawn.stride);
  const together = (held: Held, one: number, other: number) =>
    of(held)?.pairs.some(([a, b]) => a === Math.min(one, other) && b === Math.max(one, other)) ?? false;

  /** The nearest strengths that were drawn, of directions in the order in which they count; and what that changed. */
  function settle(
    strengths: State["strengths"],
    order: readonly number[],
    held: Held,
  ): [State["strengths"], string] {
    const [first, ...others] = order;
    if (first === undefined) return [{}, ""];
    const at = (index: number) => strengths[index] ?? 0;
    const partner = others.find(
      (other) => together(held, first, other) && nearest(inPair(held, other), at(other)),
    );
    const found = nearest(partner === undefined ? above(held, first) : inPair(held, first), at(first));
    if (found === 0) return settle(strengths, others, held);
    const lost = others.filter((other) => other !== partner);
    const texts = lost.length > 0 ? [wentBack(lost, first, partner)] : [];
    if (partner === undefined) return [{ [first]: found }, texts.join(" ")];
    const strength = nearest(inPair(held, partner), at(partner));
    if (strength !== at(partner))
      texts.push(`#${partner} is at ${signed(strength)} now: two directions together have fewer strengths.`);
    return [{ [first]: found, [partner]: strength }, texts.join(" ")];
  }

  /** The directions that are moved: these first, then the others, those that are moved farthest first. */
  function counting({ strengths }: State, last: readonly number[]): number[] {
    const far = (index: number) => Math.abs(strengths[index] ?? 0);
    const moved = Object.keys(strengths).map(Number).filter(far);
    moved.sort((a, b) => Number(last.includes(b)) - Number(last.includes(a)) || far(b) - far(a) || a - b);
    return moved;
  }

  function settled(shown: State, last: readonly number[]): [State, string] {
    const held = heldFor(searches, shown);
    const [strengths, text] = settle(shown.strengths, counting(shown, last), held);
    const lost =
      shown.carried.length > 0 ? "The edit along other directions was not drawn together with these." : "";
    const next = { ...shown, strengths, carried: [], ranges: of(held)?.ranges ?? {} };
    return [next, [text, lost].filter(Boolean).join(" ")];
  }

  function take(before: State, patch: Patch, merge: boolean): State {
    for (const name of FIXED)
      if (name in patch && JSON.stringify(patch[name]) !== JSON.stringify(before[name]))
        throw new Error(`${WHY}: ${name}.`);
    const changed = patched(before, patch, scope, merge);
    if (changed === before) return before;
    const last = Object.keys((patch.strengths ?? {}) as State["strengths"]).map(Number);
    const [next, text] = settled({ ...changed, starts: startsOf(changed, patch, drawn.starts) }, last);
    const by = JSON.stringify([Object.keys(patch), last]);
    if (text || by !== cause) [said, cause] = [text, by];
    const same = JSON.stringify({ ...next, revision: 0 }) === JSON.stringify({ ...before, revision: 0 });
    return same ? before : next;
  }

  const beforehand = {
    about: aboutOf(searches, drawn),
    why: `${WHY}.`,
    starts: drawn.starts,
    steps(shown: State, index: number): number {
      const held = heldFor(searches, shown);
      const other = counting(shown, []).some((one) => one !== index && together(held, one, index));
      return 2 * (other ? inPair(held, index) : above(held, index)).length + 1;
    },
    get said() {
      return said;
    },
  };
  return {
    limits: { layers: searches.map(({ layers }) => layers), files: ENDINGS, beforehand },
    first: settled(state, [])[0],
    patched: take,
    settled: (shown, index) => settled(shown, [index])[0],
    went() {
      [said, cause] = ["", ""];
    },
  };
}

/** The starts of a state, of which all must be drawn; another seed brings its class along. */
function startsOf({ starts, chosen }: State, patch: Patch, drawn: readonly Pin[]): Pin[] {
  return starts.map((pin, row) => {
    const other = row === chosen && ("seed" in patch || "label" in patch);
    const exact = drawn.find(({ seed, label }) => seed === pin.seed && label === pin.label);
    const known =
      exact ??
      drawn.find(({ seed, label }) => other && ("seed" in patch ? seed === pin.seed : label === pin.label));
    if (known) return { ...known, name: other ? known.name : pin.name };
    const asked = pin.label === null ? `Seed ${pin.seed}` : `Seed ${pin.seed} of class ${pin.label}`;
    throw new Error(`${asked} was not drawn; this page holds ${drawn.map(({ seed }) => seed).join(", ")}.`);
  });
}

function wentBack(lost: readonly number[], first: number, partner: number | undefined): string {
  const names = lost.map((index) => `#${index}`).join(" and ");
  const others = partner === undefined ? `#${first}` : `#${first} and #${partner}`;
  return `${names} went back to 0: ${lost.length === 1 ? "it was" : "they were"} not drawn together with ${others}.`;
}

/** "Drawn beforehand: 9 strengths of 8 directions, for 3 seeds; 6 pairs of directions, in 5 x 5 strengths." */
function aboutOf(searches: readonly Held[], { starts, stride, searches: all }: Drawn): string {
  const strengths = all[0]?.strengths[0] ?? [];
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  const directions = searches.reduce((sum, { info }) => sum + movable(info).length, 0);
  const pairs = all.reduce((sum, one) => sum + one.pairs.length, 0);
  const grid = 2 * ofPair(strengths, stride).length + 1;
  const both = pairs > 0 ? `; ${counted(pairs, "pair")} of directions, in ${grid} × ${grid} strengths` : "";
  const what = `${2 * strengths.length + 1} strengths of ${counted(directions, "direction")}`;
  const rest = "Other seeds, truncation and layers need the generator.";
  return `Drawn beforehand: ${what}, for ${counted(starts.length, "seed")}${both}. ${rest}`;
}
