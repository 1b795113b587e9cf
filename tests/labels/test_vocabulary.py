"""The first words for directions follow what the pictures are of."""

import pytest

from sefa_widget.labels.vocabulary import ANY, WORDS, kind_of, vocabulary
from tests.conftest import TinyStyle


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("heads", "faces"),
        ("stylegan2-ffhq-config-f", "faces"),
        ("afhqcat", "animals"),
        ("stylegan_car512", "vehicles"),
        ("LSUN_Bedroom", "places"),
        ("2019-02-26-danbooru-1024", "anime"),
        ("garments", "clothes"),
        ("scarf", None),
        ("network-snapshot-000123", None),
    ],
)
def test_a_name_tells_what_pictures_are_of_by_whole_words(tiny, name, kind):
    tiny.name = name
    assert kind_of(tiny) == kind


def test_words_of_the_kind_come_before_words_for_anything(tiny):
    tiny.name = "lsun-church"
    words = vocabulary(tiny)
    assert words[:3] == ("view", "view height", "time of day")
    assert set(WORDS["places"].split(", ")) <= set(words)
    assert set(ANY) <= set(words)
    assert "smile" not in words
    assert len(set(words)) == len(words)


def test_where_nothing_tells_classes_decide(tiny):
    tiny.name = "network-snapshot-000123"
    assert "smile" in vocabulary(tiny)
    many = TinyStyle()
    many.name = "network-snapshot-000123"
    assert "smile" not in vocabulary(many)
    assert {"turn", "zoom"} <= set(vocabulary(many))
