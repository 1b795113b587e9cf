"""A latent as a text, so that a state, a message or a line of Python can hold it."""

from __future__ import annotations

import base64
import binascii

import numpy as np
import torch

from sefa_widget.arguments import instance
from sefa_widget.generators.base import Generator, Latent, check_generator, check_latents

_LITTLE = np.dtype("<f4")


def latent_text(latent: Latent) -> str:
    """Give the codes of a latent of length 1 as a text; see `latent_of_text` for an example.

    Parameters
    ----------
    latent
        A latent of one picture. Its class and truncation are not in the text.

    Returns
    -------
    str
        Base64 of 32-bit floats: those of one row if all rows are equal, else of each row.

    Raises
    ------
    ValueError
        If it is no latent of length 1, or its codes are not finite.
    """
    if len(check_latents(latent, "latent")) != 1:
        raise ValueError(f"latent is a Latent of {len(latent)} pictures; it must be of 1. Use latent[0].")
    codes = latent.codes[0].detach().cpu().float()
    if not codes.isfinite().all():
        raise ValueError("latent holds codes that are not finite numbers.")
    rows = codes[:1] if bool((codes == codes[:1]).all()) else codes
    return base64.b64encode(rows.numpy().astype(_LITTLE).tobytes()).decode()


def latent_of_text(generator: Generator, text: str, label: int | None = None) -> Latent:
    """Give the latent of a text that `latent_text` made.

    >>> from sefa_widget import load_generator
    >>> from sefa_widget.inversion import latent_of_text, latent_text
    >>> generator = load_generator("faces")
    >>> latent = generator.sample(3)
    >>> bool((latent_of_text(generator, latent_text(latent)).codes == latent.codes).all())
    True

    Parameters
    ----------
    generator
        The generator that it is for.
    text
        The text.
    label
        Number of the class; None is class 0 where there are classes.

    Returns
    -------
    Latent
        Codes ``[1, L, d]`` on the generator's device, not truncated.

    Raises
    ------
    ValueError
        If the text is none of such a latent, or is of another generator.
    """
    check_generator(generator)
    instance(text, "text", str, "a text, as latent_text gives it")
    rows, d = generator.num_codes, generator.latent_dim
    try:
        numbers = np.frombuffer(base64.b64decode(text, validate=True), _LITTLE)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"The text holds no latent: {error}.") from error
    if numbers.size not in (d, rows * d):
        raise ValueError(
            f"The text holds a latent of {numbers.size} numbers; {generator.name!r} takes {d} for all "
            f"{rows} code rows together, or {rows * d}. It is of another generator."
        )
    codes = torch.from_numpy(numbers.astype(np.float32)).reshape(1, -1, d)
    if not codes.isfinite().all():
        raise ValueError("The text holds a latent with numbers that are not finite.")
    codes = codes.expand(1, rows, d).contiguous().to(generator.device, generator.dtype)
    labels = generator.label_vectors(None if label is None else [label], 1)
    return Latent(codes, labels)
