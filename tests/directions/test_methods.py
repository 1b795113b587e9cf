"""The methods there are: what they say of themselves is true, and nothing is offered that then refuses."""

import importlib
import inspect
import re
import sys
import warnings
from pathlib import Path

import pytest
import torch
from torch import nn

from sefa_widget import factorize, load_generator
from sefa_widget.arguments import MAX_SEED
from sefa_widget.directions import METHODS, Search, methods, methods_for
from sefa_widget.directions.factorization import listing
from sefa_widget.generators import Layer
from tests.conftest import GOLDEN, TinyStyle, seeded
from tests.generators.golden import load
from tests.generators.test_module import Chunks, Embedded, LinearFirst, Mapped, TransposedFirst

CASES = sorted(path.stem for path in GOLDEN.glob("*.json"))
FEW = {
    "jacobian": {"n": 1},
    "pca": {"n": 60},
    "ica": {"n": 60},
    "local_basis": {"n": 3},
    "resefa": {"region": (0.25, 0.25, 0.75, 0.75)},
    "low_rank": {"region": (0.25, 0.25, 0.75, 0.75), "sparsity": 0.3},
    "interfacegan": {"n": 60, "chosen": 0.3, "scores": lambda images: images.mean((1, 2, 3))},
}
DOCS = (Path(__file__).parents[2] / "docs" / "methods.md").read_text(encoding="utf-8")


def offered(generator) -> list[str]:
    return [method.name for method in methods_for(generator)]


def runs(generator, name) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # so few samples do not settle
        try:
            found = factorize(generator, method=name, **FEW.get(name, {}))
        except ValueError:
            return False
    return bool(found.vectors.isfinite().all()) and len(found) > 0


def assert_methods_apply_where_they_run(generator):
    for method in METHODS:
        assert method.applies_to(generator) == runs(generator, method.name), method.name


@pytest.mark.parametrize("case", CASES)
def test_of_every_architecture_a_method_applies_exactly_where_it_runs(case):
    generator = load(case)
    assert_methods_apply_where_they_run(generator)
    assert {"sefa", "jacobian", "random"} <= set(offered(generator))


def test_a_method_applies_to_the_tiny_ones_exactly_where_it_runs(tiny, tiny_style):
    for generator in (tiny, tiny_style):
        assert_methods_apply_where_they_run(generator)


@pytest.mark.parametrize("kind", [LinearFirst, TransposedFirst, Embedded, Chunks, Mapped])
def test_of_modules_a_method_applies_exactly_where_it_runs(kind):
    torch.manual_seed(0)
    latent_from = "mapping" if kind is Mapped else None
    generator = load_generator(kind(), latent_from=latent_from)
    assert_methods_apply_where_they_run(generator)
    assert "composed" not in offered(generator)
    assert ("pca" in offered(generator)) == (kind is Mapped)


class NoTangent(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad * 2


class Custom(LinearFirst):
    """Its pictures go through an operation without a forward-mode derivative."""

    def forward(self, z):
        return NoTangent.apply(super().forward(z))


class Branching(LinearFirst):
    """Its code depends on the numbers, so that no batch of derivatives goes through it."""

    def forward(self, z):
        x = super().forward(z)
        return x if float(x.sum()) > 1e6 else 2 * x


@pytest.mark.parametrize("kind", [Custom, Branching])
def test_a_module_that_cannot_be_differentiated_is_offered_no_jacobian_and_told_why(kind):
    torch.manual_seed(0)
    generator = load_generator(kind())
    assert_methods_apply_where_they_run(generator)
    assert "jacobian" not in offered(generator)
    with pytest.raises(ValueError, match=r"cannot be differentiated in forward mode.*RuntimeError"):
        factorize(generator, method="jacobian")


def test_whether_a_module_can_be_differentiated_is_tried_once(monkeypatch):
    torch.manual_seed(0)
    generator = load_generator(LinearFirst())
    assert "jacobian" in offered(generator)
    monkeypatch.setattr(generator, "call", None)  # another run would fail
    assert "jacobian" in offered(generator)


class Deaf(TinyStyle):
    """Its last layer reads no latent, and nothing says how it answers to it."""

    def __init__(self):
        super().__init__()
        self.layers = (*self.layers[:2], Layer("last", 8, None))


def test_layers_that_no_method_reads_are_refused_with_those_that_can_be_read():
    generator = seeded(Deaf())
    for method in (None, "sefa"):
        with pytest.raises(ValueError, match=r"Layer 2 \('last'\) of 'tinystyle' reads no latent") as error:
            factorize(generator, method=method, layers=(0, 3))
        assert "Layers that read the latent: 0-1." in str(error.value)
        assert "'composed' can" not in str(error.value)
    assert factorize(generator).layers == (0, 1)


def test_sefa_of_layers_it_cannot_read_names_the_method_that_can(tiny):
    with pytest.raises(ValueError, match=r"'sefa' cannot factorise it; method='composed' can\."):
        factorize(tiny, method="sefa", layers=(0, 2))


def test_ica_takes_as_many_sources_as_a_small_latent_has():
    generator = seeded(TinyStyle())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        assert len(factorize(generator, method="ica", n=200)) == 6


def test_ica_takes_no_more_sources_than_samples_vary_in():
    class Flat(TinyStyle):
        def mapping(self, z, **options):
            latent = super().mapping(z, **options)
            return latent.with_codes(latent.codes * torch.tensor([1, 1, 1, 1, 0, 0.0]))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = factorize(seeded(Flat()), method="ica", n=200)
    assert len(found) == 4
    assert found.vectors.isfinite().all()


def test_a_module_in_use_is_left_as_it_is_by_the_trial():
    module = LinearFirst()
    generator = load_generator(module)
    methods_for(generator)
    assert all(not part._forward_hooks and not part._forward_pre_hooks for part in module.modules())
    assert isinstance(module.body.norm, nn.BatchNorm2d)
    assert not module.training


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_options_are_the_arguments_of_the_function_with_their_defaults(method):
    parameters = dict(list(inspect.signature(method.find).parameters.items())[1:])  # behind the generator
    arguments = {n: p.default for n, p in parameters.items() if n not in (*method.heeds, "generator")}
    defaults = {o.name: inspect.Parameter.empty if o.needed else o.default for o in method.options}
    assert defaults == arguments


def test_what_options_may_be_and_which_the_panel_offers():
    """Name, least and most number; an exclamation mark: above zero; in brackets: not offered."""
    found = {
        method.name: " ".join(
            f"{'' if o.offered else '('}{o.name}{'!' if o.above_zero else ''}"
            f"{'' if o.least is None else f'>={o.least}'}{'' if o.most is None else f'<={o.most}'}"
            f"{'' if o.offered else ')'}"
            for o in method.options
        )
        for method in METHODS
    }
    sampled = "truncation_psi (truncation_cutoff>=0)"
    assert found == {
        "sefa": "",
        "conv": "",
        "composed": "features",
        "jacobian": "n>=1 seed>=0 (labels) truncation_psi region (epsilon!)",
        "pca": f"n>=2 (layer) seed>=0<={MAX_SEED} (batch>=1) (labels) {sampled}",
        "ica": f"n>=2 (rows) (layer) seed>=0<={MAX_SEED} (batch>=1) (labels) {sampled}",
        "interfacegan": f"(scores) n>=2 chosen! split!<=1 seed>=0<={MAX_SEED} (C!) (invalid)",
        "steerability": "label>=0",
        "local_basis": "n>=1 seed>=0",
        "resefa": "region n>=1 seed>=0 (labels) truncation_psi (tau>=0)",
        "low_rank": "region n>=1 seed>=0 (labels) truncation_psi (sparsity!) (relax>=0)",
        "random": f"seed>=0<={MAX_SEED}",
        "conv_as_printed": "input_size",
    }


def test_a_panel_offers_methods_that_need_neither_scores_nor_excuses():
    hidden = [m.name for m in METHODS if not m.offered]
    assert hidden == ["interfacegan", "steerability", "local_basis", "resefa", "low_rank", "conv_as_printed"]
    assert [m.name for m in METHODS if m.supervised] == ["interfacegan"]
    assert {m.name: m.layers for m in METHODS if m.layers != "edited"} == {
        "sefa": "latent",
        "conv": "latent",
        "composed": "any",
        "conv_as_printed": "latent",
    }


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_default_is_what_the_option_may_be(method):
    for option in method.options:
        if not option.needed:
            assert option.check(option.default) == option.default


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_values_are_called_what_the_method_says(method):
    generator = next(
        g
        for g in map(load, ("nv_ada_orig_nonoise", "genforce_pggan", "hf_biggan_deep"))
        if method.applies_to(g)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = factorize(generator, method=method.name, **FEW.get(method.name, {}))
    assert found.value == method.value
    assert found.search == Search.of(method.name, **FEW.get(method.name, {})).resolved(generator)
    assert found.search.described is method


def rows_of(title: str) -> list[str]:
    """The rows of the table under the first line that starts with these columns."""
    lines = DOCS[DOCS.index(f"| {title} |") :].splitlines()
    table = lines[2 : next(n for n, line in enumerate(lines) if not line.startswith("|"))]
    return [re.sub(r" +", " ", line) for line in table]


def test_the_table_of_methods_in_the_documentation_is_what_they_say_of_themselves():
    rows = [f"| `{m.name}` | {m.asks} | {m.reads} | {m.takes} |" for m in METHODS]
    assert rows_of("method | asks | reads | takes") == rows


def test_the_table_of_values_in_the_documentation_has_the_values_of_every_method():
    rows = rows_of("method | value | written | all d add up to")
    for method in METHODS:
        (row,) = [row for row in rows if f"`{method.name}`" in row and "=" not in row.split("|")[1]]
        if method.value is None:
            assert "none" in row
        else:
            assert method.value.name in row
            assert f"| {method.value.symbol} |" in row


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_the_documentation_has_a_section_and_the_sources_of_every_method(method):
    assert f"\n## {method.name}\n" in DOCS


def test_help_of_factorize_lists_every_method_and_option():
    text = inspect.getdoc(factorize)
    for method in METHODS:
        assert f'``"{method.name}"``' in text
        for option in method.options:
            assert f"`{option.name}`" in text
            assert option.about in text


def test_no_module_compares_a_method_by_its_name():
    root = Path(methods.__file__).parents[1]
    names = "|".join(method.name for method in METHODS)
    compared = re.compile(rf"""(==|!=|\bin\b|===|!==)\s*[\(\[{{]?\s*["']({names})["']""")
    parts = ("panel", "plots", "measures", "evaluation", "directions")
    sources = [path for part in parts for path in (root / part).rglob("*.py")]
    sources += (root.parent / "js" / "src").glob("*.ts")
    assert not [str(path) for path in sources if compared.search(path.read_text(encoding="utf-8"))]


NEW = """
import torch
from sefa_widget.directions.base import Directions
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.search import Search


def find(generator, *, first: int = 0) -> Directions:
    vectors = torch.eye(generator.latent_dim, dtype=torch.float64).roll(-first, 0)
    ones = torch.ones(len(vectors), dtype=torch.float64)
    return Directions(vectors, ones, 1.0, 0, Search("axes", (), None), generator.fingerprint)


METHOD = Method(
    name="axes", title="Axes", find=find, applies_to=lambda generator: generator.latent_dim > 6,
    asks="where do the axes lead?", reads="nothing", takes="no time", source="nobody",
    options=(Option("first", "First axis", "whole", 0, "Which axis comes first.", least=0, most=7),),
)
"""


def test_a_new_method_is_one_module_and_one_entry(tiny, tiny_style, tmp_path, monkeypatch):
    (tmp_path / "axes_of_a_test.py").write_text(NEW)
    monkeypatch.syspath_prepend(tmp_path)
    new = importlib.import_module("axes_of_a_test").METHOD
    monkeypatch.delitem(sys.modules, "axes_of_a_test")
    monkeypatch.setattr(methods, "METHODS", (*METHODS, new))
    assert ("axes" in offered(tiny), "axes" in offered(tiny_style)) == (True, False)
    found = factorize(tiny, method="axes", first=2)
    assert found.vectors[0].argmax() == 2
    assert (found.search, found.edit_rows) == (Search("axes", (0,), None, (("first", 2),)), (0,))
    assert torch.equal(found.search.find(tiny).vectors, found.vectors)
    with pytest.raises(ValueError, match="first is 8; it must be 0 to 7"):
        factorize(tiny, method="axes", first=8)
    with pytest.raises(TypeError, match="'axes' has no option 'last'; its options are first"):
        factorize(tiny, method="axes", last=8)
    assert "Which axis comes first." in listing(methods.METHODS)
