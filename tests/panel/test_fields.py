"""The description of one field."""

from sefa_widget.panel import checks
from sefa_widget.panel.fields import Field


def test_a_first_value_is_one_or_made_of_the_generator(tiny):
    fixed, made = (Field("x", "y", checks.truth, first) for first in (3, lambda generator: generator.name))
    assert fixed.first_of(tiny) == 3
    assert made.first_of(tiny) == "tiny"
