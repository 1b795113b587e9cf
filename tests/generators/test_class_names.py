import pytest

from sefa_widget.generators.class_names import class_names
from sefa_widget.generators.opening import Opening


class Classes:
    name = "pets"
    opening = Opening()

    def __init__(self, family, num_classes):
        self.family, self.num_classes = family, num_classes


def test_a_biggan_of_1000_classes_has_the_names_of_imagenet():
    names = class_names(Classes("biggan_deep", 1000))
    assert len(set(names)) == 1000
    assert (names[0], names[207], names[999]) == ("tench", "golden retriever", "toilet tissue")


@pytest.mark.parametrize("generator", [Classes("biggan", 10), Classes("stylegan2", 1000)])
def test_other_generators_have_no_names(generator):
    assert class_names(generator) == ()


def test_a_generator_may_come_with_names_and_others_can_be_given():
    pets = Classes("biggan", 2)
    pets.opening = Opening(class_names=("cat", "dog"))
    assert class_names(pets) == ("cat", "dog")
    assert class_names(pets, ["a", "b"]) == ("a", "b")


def test_names_can_be_given():
    assert class_names(Classes("dcgan", 2), ["cat", "dog"]) == ("cat", "dog")


def test_there_is_a_name_for_each_class():
    with pytest.raises(ValueError, match="class_names are 3; 'pets' has 2 classes"):
        class_names(Classes("dcgan", 2), ["cat", "dog", "cow"])


@pytest.mark.parametrize("given", ["ab", 3, [1, 2]])
def test_names_are_texts(given):
    with pytest.raises(ValueError, match="class"):
        class_names(Classes("dcgan", 2), given)
