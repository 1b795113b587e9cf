"""The numbers that docs/methods.md quotes against the literature.

Run ``python benchmarks/literature.py``; each experiment stands alone and takes some seconds. The one on ICA
needs scikit-learn and is left out without it.
"""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import torch

from sefa_widget import edit, factorize, load_generator
from sefa_widget.evaluation import fresh_latents, matched_strengths
from sefa_widget.measures.changes import draw, rms


def kernel(random: np.random.Generator, c_out: int = 24, c_in: int = 16, taps: int = 3) -> np.ndarray:
    """Draw a convolution kernel whose input channels matter unequally, as training leaves them."""
    mix = np.linalg.qr(random.standard_normal((c_in, c_in)))[0] * np.exp(-np.arange(c_in) / 4)
    return np.einsum("oikl,ji->ojkl", random.standard_normal((c_out, c_in, taps, taps)), mix)


def right_gram(weight: np.ndarray, n: int) -> np.ndarray:
    """Add up ``A^H A`` over all frequencies of an n x n input: ``[C_in, C_in]``."""
    spectrum = np.fft.fft2(weight, (n, n), axes=(-2, -1))
    return np.einsum("oihw,ojhw->ij", spectrum.conj(), spectrum).real


def top(gram: np.ndarray) -> np.ndarray:
    """Give the eigenvector of largest eigenvalue (real part, as a reader of the listing would take it)."""
    values, vectors = np.linalg.eig(gram)
    vector = vectors[:, np.argmax(values.real)].real
    return vector / np.linalg.norm(vector)


def scrambled_reshape() -> None:
    """Wang et al., the listing: axes are not moved before the reshape."""
    random, n = np.random.default_rng(0), 8
    printed, axes_moved, chance, parseval = [], [], [], 0.0
    for _ in range(100):
        weight = kernel(random)
        c_out, c_in = weight.shape[:2]
        right = right_gram(weight, n)
        taps = n * n * np.einsum("oikl,ojkl->ij", weight, weight)
        parseval = max(parseval, float(np.abs(right - taps).max() / np.abs(right).max()))
        best = np.linalg.eigh(right)[1][:, -1]
        spectrum = np.fft.fft2(weight, (n, n), axes=(-2, -1))
        a = spectrum.reshape(c_out * n * n, c_in)
        printed.append(abs(best @ top(a.T @ a)))
        a = spectrum.transpose(0, 2, 3, 1).reshape(-1, c_in)
        axes_moved.append(abs(best @ top(a.conj().T @ a)))
        other = random.standard_normal(c_in)
        chance.append(abs(best @ other) / np.linalg.norm(other))
    print("Scrambled reshape (100 kernels 24 x 16 x 3 x 3, input 8 x 8): |cos| with the right top vector")
    low, high = np.quantile(chance, (0.05, 0.95))
    print(f"  as printed {np.mean(printed):.2f}; 100 random vectors {np.mean(chance):.2f}, ", end="")
    print(f"5 to 95 % {low:.2f} to {high:.2f}; ", end="")
    print(f"axes moved and conjugated {np.mean(axes_moved):.4f}")
    print(f"  sum over frequencies against n^2 sum over taps: relative difference {parseval:.0e}\n")


def missing_conjugate() -> None:
    """Wang et al.: ``A^T A`` where ``A^H A`` is meant."""
    random = np.random.default_rng(1)
    print("Missing conjugate (axes moved): share of A^T A that is not the kernel's (0,0) tap")
    for n in (3, 4, 5, 8, 16):
        weight = kernel(random)
        spectrum = np.fft.fft2(weight, (n, n), axes=(-2, -1))
        plain = np.einsum("oihw,ojhw->ij", spectrum, spectrum)
        corner = n * n * weight[:, :, 0, 0].T @ weight[:, :, 0, 0]
        share = np.linalg.norm(plain - corner) / np.linalg.norm(plain)
        kept = np.trace(corner) / np.trace(right_gram(weight, n))
        print(f"  input {n:2} x {n:<2}: {share:.1e}; that tap is {kept:.2f} of the trace of A^H A")
    print()


def unsorted_eigenvalues() -> None:
    """SeFa's code and Wang et al.'s: ``numpy.linalg.eig`` is not followed by a sort."""
    ranks, worst = [], []
    for seed in range(10):
        random = np.random.default_rng(seed)
        basis = np.linalg.qr(random.standard_normal((512, 512)))[0]
        rows = random.standard_normal((2048, 512)) * np.exp(-np.arange(512) / 170) @ basis
        rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        values = np.linalg.eig(rows.T @ rows)[0].real
        wrong = values != np.sort(values)[::-1]
        ranks.append(int(np.argmax(wrong)) if wrong.any() else 512)
        order = np.argsort(-values)
        worst.append(int(np.abs(order - np.arange(512)).max()))
    print("Unsorted eigenvalues (10 matrices 2048 x 512, unit rows): first rank out of order")
    print(f"  {min(ranks)} to {max(ranks)}; an eigenvalue is up to {max(worst)} ranks off\n")


def unmixing_rows() -> None:
    """ICA of GANSpace: rows of ``components_`` are filters, columns of ``mixing_`` are directions."""
    try:
        from sklearn.decomposition import FastICA
    except ImportError:
        print("Un-mixing rows: left out, scikit-learn is not installed\n")
        return
    random = np.random.default_rng(0)
    rows, columns = [], []
    for seed in range(5):
        mixing = random.standard_normal((8, 8))
        samples = random.laplace(size=(20_000, 8)) @ mixing.T
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ica = FastICA(random_state=seed, whiten="unit-variance", max_iter=500).fit(samples)
        truth = mixing / np.linalg.norm(mixing, axis=0)
        for found, kept in ((ica.components_.T, rows), (ica.mixing_, columns)):
            cosines = np.abs((found / np.linalg.norm(found, axis=0)).T @ truth)
            kept.append(cosines)
    # whose source each component is, by the columns, so that both readings are asked about the same one
    owners = [cosines.argmax(0) for cosines in columns]
    by_row = [c[o, np.arange(8)].mean() for c, o in zip(rows, owners, strict=True)]
    by_column = [c[o, np.arange(8)].mean() for c, o in zip(columns, owners, strict=True)]
    print("Un-mixing rows (8 Laplace sources, 20,000 samples, 5 mixings): |cos| with the true directions")
    print(f"  rows of components_ {np.mean(by_row):.2f}, columns of mixing_ {np.mean(by_column):.2f}\n")


def frechet(one: torch.Tensor, two: torch.Tensor) -> float:
    """Give the Frechet distance of two sets of features ``[N, f]`` as Gaussians, float64."""
    means, roots = [], []
    for features in (one, two):
        means.append(features.mean(0))
        values, vectors = torch.linalg.eigh(torch.cov(features.T))
        roots.append((vectors * values.clamp_min(0).sqrt()) @ vectors.T)
    overlap = torch.linalg.svdvals(roots[0] @ roots[1]).sum()
    spread = roots[0].square().sum() + roots[1].square().sum() - 2 * overlap
    return float((means[0] - means[1]).square().sum() + spread)


def edited_against_unedited() -> None:
    """GANSpace with ICA: the score compares edited pictures with the same pictures before the edit."""
    faces = load_generator("faces")
    sefa = factorize(faces)
    latents = fresh_latents(faces, 500)
    base = draw(faces, latents)
    fresh = draw(faces, faces.sample(range(500)))

    def features(images: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.avg_pool2d(images, 16).flatten(1).double()

    print("Edited against unedited (bundled faces, 500 pictures, Frechet distance of 4 x 4 colours)")
    print("  edit                        strength  change  to unedited  to fresh pictures")
    last = len(sefa) - 1
    steps = [("nothing", 0, 0.0), ("direction 0", 0, 3.0), (f"direction {last}", last, 3.0)]
    ends = replace(sefa, vectors=sefa.vectors[[0, last]], eigenvalues=sefa.eigenvalues[[0, last]])
    matched = matched_strengths(
        faces, ends, 0.25, latents=faces.sample(range(2_000_000, 2_000_064)), controls=0
    )
    steps += [(f"direction {i}, matched", i, float(matched.strengths[n])) for n, i in enumerate((0, last))]
    for name, index, strength in steps:
        images = draw(faces, edit(latents, sefa, {index: strength}))
        change = float(rms(images - base).mean())
        to_same, to_fresh = (frechet(features(images), features(other)) for other in (base, fresh))
        print(f"  {name:26} {strength:9.2f} {change:7.3f} {to_same:12.3f} {to_fresh:18.3f}")


def main() -> None:
    """Run all experiments."""
    scrambled_reshape()
    missing_conjugate()
    unsorted_eigenvalues()
    unmixing_rows()
    edited_against_unedited()


if __name__ == "__main__":
    main()
