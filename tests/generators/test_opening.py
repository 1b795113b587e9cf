import pytest

from sefa_widget.generators.opening import source_name


@pytest.mark.parametrize(("source", "told"), [(None, None), ("heads", "heads"), ("/home/ada/x.pkl", "x.pkl")])
def test_a_source_is_told_without_the_folders_of_this_machine(source, told):
    assert source_name(source) == told
