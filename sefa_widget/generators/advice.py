"""Says what a file holds that is no generator known here, and what its owner can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sefa_widget.checkpoint import Contents, outline

AS_MODULE = (
    "Its own code can be used: module = {name}(...); module.load_state_dict({state}); load_generator(module)."
)
_STATE = "torch.load(path)"
_KNOWN_PARTS = (
    ("model.diffusion_model.", "a diffusion model, which has no latent vector to explore"),
    ("down_blocks.", "a diffusion model, which has no latent vector to explore"),
    ("first_stage_model.", "an autoencoder of pictures"),
    ("vae.", "an autoencoder of pictures"),
    ("encoder.", "a network with an encoder"),
    ("discriminator.", "a discriminator"),
)


def unknown(networks: Sequence[Contents]) -> str:
    """Say what a file holds in which no generator was found, and the next step."""
    first = networks[0]
    if first.container in ("module", "nvidia") and first.class_name:
        return _own_class(first)
    found = f"holds no generator known here, but {outline(first.tensors)}."
    for start, what in _KNOWN_PARTS:
        if any(key.startswith(start) for key in first.tensors):
            found = f"holds {what}: {outline(first.tensors)}."
            if "no latent vector" in what:
                return found
            break
    key = f"[{first.place.split('/')[-1]!r}]" if first.place else ""
    return f"{found[:360]} {step('Generator', _STATE + key)}"


def _own_class(contents: Contents) -> str:
    name = contents.class_name.split(".")[-1]
    if contents.class_name == "TriPlaneGenerator" or any("renderer" in k for k in _modules(contents)):
        return (
            "holds EG3D, a generator of scenes in 3-D: its picture also depends on a camera. Fix the camera: "
            "load_generator(G, latent_dim=512, call=lambda G, z, labels: G(z, camera.repeat(len(z), 1)))."
        )
    state = "torch.load(path, weights_only=False).state_dict()"
    if contents.container == "nvidia":
        return (
            f"holds a network of the class {name!r}, which is not known here. Open it with the program it "
            "comes from, which runs its code, and pass it: load_generator(G)."
        )
    kind = contents.class_name[:120]
    return (
        f"holds a whole module of the class {kind}, which is your own or another project's, and files are "
        f"opened without running code. {step(name, state)}"
    )


def _modules(contents: Contents) -> Mapping[str, object]:
    found = contents.network.get("attributes", {})
    return found if isinstance(found, dict) else {}


def step(name: str, state: str = _STATE) -> str:
    """Give the lines that open a network of the user's own.

    >>> step("G")[:46]
    'Its own code can be used: module = G(...); mod'
    """
    return AS_MODULE.format(name=name[:60], state=state)
