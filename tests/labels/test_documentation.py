"""What the documentation says about labels can be run as it stands."""

import re

import numpy as np
import pytest

from sefa_widget import Labels, factorize, load_generator
from tests.labels.test_files import ROOT
from tests.labels.test_transfer import perturbed


def test_the_python_in_the_documentation_of_labels_runs(tmp_path, monkeypatch, capsys):
    for library in ("pandas", "statsmodels", "krippendorff"):
        pytest.importorskip(library)
    monkeypatch.chdir(tmp_path)
    generator = load_generator()
    theirs = Labels()
    theirs.add(factorize(generator, layers=(0, 3)), 0, "look left", rater="Bo")
    theirs.save("theirs.json")
    np.savez("components.npz", lat_comp=np.eye(512)[:50], act_stdev=np.linspace(2, 1, 50))
    np.save("stylegan_ffhq_smile_w_boundary.npy", np.eye(512)[:1])
    names = {"finetuned": perturbed(generator)}
    for code in re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "labels.md").read_text(), flags=re.DOTALL
    ):
        exec(compile(code, "labels.md", "exec"), names)
    told = capsys.readouterr().out
    assert "direction 0 is 'turn' for Ada and 'look left' for Bo" in told
    assert "names found again" in told
    assert "meaningful among random directions" in told
