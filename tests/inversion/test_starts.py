import torch

from sefa_widget.inversion import invert
from sefa_widget.inversion.objective import differences
from sefa_widget.inversion.starts import CLASSES, Samples
from tests.generators.golden import load

QUICK = {"steps": 40, "samples": 48, "own": 0}


def target_of(generator, seed, **more):
    return generator.synthesize(generator.sample(seed, **more)).clamp(-1, 1)


def test_the_nearest_samples_come_first(tiny):
    samples, target = Samples(tiny, 16, 0, "const"), target_of(tiny, 3)
    nearest = samples.nearest(target, 4, None)
    assert torch.equal(nearest.codes[0], tiny.sample(3).codes[0])
    far = differences(tiny.synthesize(nearest), target)
    assert far.tolist() == sorted(far.tolist())


def test_samples_are_drawn_once_for_all_pictures(tiny):
    samples, batches = Samples(tiny, 8, 0, "const"), []
    for seed in (30, 31):
        samples.nearest(target_of(tiny, seed), 2, batches.append)
    assert len(batches) == 1


def test_all_classes_are_looked_at_alike_and_the_nearest_more_closely():
    generator = load("ajbrock_biggan_hier")
    samples = Samples(generator, 24, 0, "const")
    seen = samples.latent.labels.argmax(1).bincount(minlength=generator.num_classes)
    assert seen.tolist() == [2] * generator.num_classes
    nearest = samples.nearest(target_of(generator, 5000, labels=[3]), 24, None)
    classes = nearest.labels.argmax(1).bincount(minlength=generator.num_classes)
    assert len(nearest) == 24
    assert classes.tolist().count(2) == generator.num_classes - CLASSES
    assert classes[3] == 5


def test_the_best_of_each_of_the_nearest_classes_begin():
    generator = load("ajbrock_biggan_hier")
    nearest = Samples(generator, 48, 0, "const").nearest(target_of(generator, 5000, labels=[3]), 8, None)
    assert len(set(nearest.labels.argmax(1).tolist()[:CLASSES])) == CLASSES


def test_the_class_of_a_picture_is_found_for_nearly_every_class():
    generator = load("ajbrock_biggan_hier")
    found = []
    for label in range(generator.num_classes):
        target = target_of(generator, 5000 + label, labels=[label])[0]
        found.append(int(invert(generator, target, **QUICK).latent.labels.argmax()))
    assert sum(one == label for label, one in enumerate(found)) >= generator.num_classes - 1
