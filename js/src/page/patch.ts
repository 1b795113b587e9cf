/** Patches change the state of a page: all of a patch is checked and taken, or nothing; as in a notebook. */

import { isBox, isNumber, isNumbers, isRange } from "../check";
import { type DirectionsInfo, type GeneratorInfo, movable } from "../info";
import { type Carried, type Patch, type Pin, parseState, type State } from "../state";
import type { Held } from "./contents";
import { heldFor, isHeld } from "./searches";

const MAX_SEED = 2 ** 32 - 1;
const MAX_STRENGTH = 1e6;
const MAX_PINS = 64;
const MAX_NAME = 60;

/** A carried edit, with the layers that it was applied to. */
export interface CarriedEdit extends Carried {
  readonly edit_layers?: readonly [number, number] | null;
  readonly normalize?: boolean;
}

export interface Scope {
  readonly generator: GeneratorInfo;
  readonly searches: readonly Held[];
  /** Whether the network takes other truncations. */
  readonly truncates: boolean;
}

/** Take new values for fields of a state; `merge`: whether strengths change only the directions they name. */
export function patched(state: State, patch: Patch, scope: Scope, merge = true): State {
  const { seed, label, strengths, ...fields } = patch;
  for (const [name, value] of Object.entries(fields)) check(name, value, state, scope);
  let next: State = { ...state, ...fields } as State;
  if ("layers" in patch && patch.method == null && !isHeld(scope.searches, next))
    next = { ...next, method: null };
  next = { ...next, starts: next.starts.map((pin) => checkedPin(pin, scope.generator)) };
  if (patch.chosen === undefined) next = { ...next, chosen: Math.min(next.chosen, next.starts.length - 1) };
  else if (patch.chosen >= next.starts.length) throw new Error(`There is no picture ${patch.chosen}.`);
  if (seed !== undefined || label !== undefined)
    next = { ...next, starts: otherChosen(next, seed, label, scope) };
  const held = heldFor(scope.searches, next);
  next = { ...next, method: held.method, options: held.options };
  const before = heldFor(scope.searches, state);
  if (held !== before) {
    const given = strengths !== undefined || "carried" in patch;
    next = given ? { ...next, strengths: {} } : carry(state, next, before, held, scope);
    next = { ...next, locked: patch.locked ?? [], ranges: patch.ranges ?? {} };
  }
  if (strengths !== undefined) {
    for (const [index, value] of Object.entries(strengths)) checkStrength(index, value, held.info);
    next = { ...next, strengths: moved({ ...(merge ? next.strengths : {}), ...strengths }) };
  }
  const same = JSON.stringify({ ...next, revision: 0 }) === JSON.stringify({ ...state, revision: 0 });
  return same ? state : { ...next, revision: state.revision + 1 };
}

/** Strengths without those of zero, in the order of their directions. */
function moved(strengths: State["strengths"]): State["strengths"] {
  return Object.fromEntries(Object.entries(strengths).filter(([, strength]) => strength !== 0));
}

function checkStrength(index: string, value: unknown, info: DirectionsInfo): void {
  const held = info.only?.join(", ") ?? `0 to ${info.ends.length - 1}`;
  if (!movable(info).includes(Number(index)))
    throw new Error(`There is no direction ${index}; this page holds ${held} of these.`);
  if (!isNumber(value) || Math.abs(value) > MAX_STRENGTH)
    throw new Error(`The strength of direction ${index} is ${value}; it must be a number up to 1e6.`);
}

/** Say what is wrong with a field's new value, if anything is. */
function check(name: string, value: unknown, state: State, scope: Scope): void {
  const wrong = (wanted: string) => new Error(`${name} is ${JSON.stringify(value)}; it must be ${wanted}.`);
  const layers = scope.generator.layers.length;
  const whole = (most: number) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
  const range = () => isRange(value) && 0 <= value[0] && value[0] < value[1] && value[1] <= layers;
  const fixed = (first: unknown) => {
    if (value !== first) throw new Error(`This page was made with ${name} ${first}, and holds no other.`);
  };
  if (name === "truncation_psi") {
    if (!scope.truncates) fixed(state.truncation_psi);
    if (!isNumber(value) || Math.abs(value) > 2) throw wrong("a number from -2 to 2");
  } else if (name === "truncation_cutoff") {
    if (value !== null && !whole(scope.generator.num_codes)) throw wrong("a number of codes");
  } else if (name === "noise") fixed(state.noise);
  else if (name === "second") {
    if (value !== null) throw new Error("A page has no second search; a notebook has.");
  } else if (name === "options") {
    if (JSON.stringify(value) !== JSON.stringify(state.options))
      throw new Error("Methods of a page have the options that they were found with.");
  } else if (name === "layers") {
    if (!range()) throw wrong(`a range of the ${layers} layers`);
  } else if (name === "edit_layers") {
    if (value !== null && !range()) throw wrong(`a range of the ${layers} layers`);
  } else if (name === "region") {
    if (value !== null && !isBox(value)) throw wrong("a box of the picture");
  } else if (name === "locked") {
    if (!isNumbers(value)) throw wrong("numbers of directions");
  } else if (name === "starts") {
    if (!Array.isArray(value) || value.length < 1 || value.length > MAX_PINS)
      throw wrong(`1 to ${MAX_PINS} pictures`);
  } else if (name === "chosen" || name === "focused") {
    if (!(name === "focused" && value === null) && !whole(2 ** 31)) throw wrong("a whole number");
  } else if (!(name in state)) throw new Error(`The state has no field ${name}.`);
  // The rest of what a panel can send is of one form each, and is read like the state of a notebook.
  else if (!parseState({ ...state, [name]: value })) throw wrong("what the panel sends");
}

function checkedPin(pin: Pin, { num_classes }: GeneratorInfo): Pin {
  const { seed, label, name } = pin;
  if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED)
    throw new Error(`The seed is ${seed}; it must be a whole number from 0 to ${MAX_SEED}.`);
  if (num_classes > 0 && (label === null || !Number.isInteger(label) || label < 0 || label >= num_classes))
    throw new Error(`The class is ${label}; it must be 0 to ${num_classes - 1}.`);
  return { seed, label: num_classes > 0 ? label : null, name: String(name).slice(0, MAX_NAME) };
}

/** The starts with another seed or class of the chosen one; another seed has no name. */
function otherChosen(
  state: State,
  seed: number | undefined,
  label: number | null | undefined,
  { generator }: Scope,
): Pin[] {
  return state.starts.map((pin, row) => {
    if (row !== state.chosen) return pin;
    const name = seed === undefined || seed === pin.seed ? pin.name : "";
    const next = { seed: seed ?? pin.seed, label: label === undefined ? pin.label : label, name };
    return checkedPin(next, generator);
  });
}

/** Carry what the sliders had set over to other directions, and put back on them what was set there. */
function carry(before: State, after: State, from: Held, to: Held, { searches }: Scope): State {
  const own: Record<string, number> = {};
  const rest: CarriedEdit[] = [];
  const { edit_layers } = before;
  const { method, layers, normalize } = from;
  for (const edit of [
    ...(before.carried as readonly CarriedEdit[]),
    { method, layers, normalize, edit_layers, strengths: before.strengths },
  ]) {
    const same = String(edit.edit_layers ?? null) === String(after.edit_layers);
    if (same && heldFor(searches, edit) === to) add(own, edit.strengths);
    else if (Object.keys(edit.strengths).length > 0) merge(rest, edit, searches);
  }
  return { ...after, strengths: moved(own), carried: rest };
}

function merge(edits: CarriedEdit[], edit: CarriedEdit, searches: readonly Held[]): void {
  const known = edits.findIndex(
    (other) =>
      heldFor(searches, other) === heldFor(searches, edit) &&
      String(other.edit_layers ?? null) === String(edit.edit_layers ?? null),
  );
  const before = edits[known];
  if (!before) edits.push(edit);
  else {
    const strengths = { ...before.strengths };
    add(strengths, edit.strengths);
    edits[known] = { ...before, strengths: moved(strengths) };
  }
}

function add(sums: Record<string, number>, strengths: Carried["strengths"]): void {
  for (const [index, strength] of Object.entries(strengths)) sums[index] = (sums[index] ?? 0) + strength;
}
