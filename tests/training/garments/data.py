"""Random pictures in the place of Fashion-MNIST, which is not in a checkout."""

import torch

from training.garments.dataset import Garments


def random_garments(seed: int, count: int = 20) -> Garments:
    random = torch.Generator().manual_seed(seed)
    images = torch.randint(256, (count, 1, 32, 32), generator=random, dtype=torch.uint8)
    return Garments(images, torch.arange(count) % 10)
