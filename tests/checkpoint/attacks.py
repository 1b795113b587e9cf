"""Pickles that try to make the stubs recurse, copy or walk without end, and a program that reads them.

``python attacks.py KIND FILE`` writes each attack of a kind into the file and reads it: in a thread with
little stack, with little memory, and with an end to its processor time. An attack that succeeds ends it.
"""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.checkpoint.allowlist import generator_allowlist
from sefa_widget.checkpoint.budget import Budget
from sefa_widget.checkpoint.globals import Global
from sefa_widget.generators.inspection import report
from tests.checkpoint.opcodes import (
    BUILD,
    CALL,
    CREATE,
    NONE,
    PROTOCOL,
    SET,
    called,
    created,
    entries,
    get,
    listed,
    named_global,
    network,
    number,
    put,
    row,
    storage,
    storage_bytes,
    string,
    table,
    tensor,
    text,
)
from tests.checkpoint.small_files import keys_of

FALSE, TRUE = b"\x89", b"\x88"
ONE = row(number(1))
DTYPE = called("numpy.dtype", text("f4"), FALSE, TRUE)

ARGUMENTS = {
    "OrderedDict": [listed(row(text("a"), NONE))],
    "set": [listed(text("a"))],
    "bytearray": [string(b"a")],
    "bytes": [],
    "encode": [text("a"), text("latin1")],
    "_rebuild_tensor_v2": [storage(), number(0), ONE, ONE, FALSE, table()],
    "_rebuild_parameter": [tensor(storage(), 1), FALSE, table()],
    "_load_from_bytes": [string(storage_bytes())],
    "Size": [ONE],
    "_reconstruct_persistent_obj": [table(state=table())],
    "EasyDict": [],
    "Network": [],
    "Namespace": [],
    "BaseConfig": [],
    "dtype": [text("f4"), FALSE, TRUE],
    "scalar": [DTYPE, string(bytes(4))],
    "_reconstruct": [named_global("numpy.ndarray"), row(number(0)), string(b"b")],
    "_frombuffer": [string(bytes(4)), DTYPE, ONE, text("C")],
}
"""What the programs give each global that they call or create objects of."""

STATES = {
    "OrderedDict": [table(_metadata=table())],
    "Network": [table(version=number(4))],
    "Namespace": [table(size=number(4))],
    "BaseConfig": [table(size=number(4))],
    "dtype": [number(3), text("<"), NONE, NONE, NONE, number(-1), number(-1), number(0)],
    "_reconstruct": [number(1), ONE, DTYPE, FALSE, string(bytes(4))],
}
"""The states that the programs set; several values are those of a tuple."""

DEPTH, LENGTH, TIMES = 5_000, 10_000, 8_000


def own_name(known: Global) -> str:
    return known.name.rpartition(".")[2]


GLOBALS = [
    known for known in generator_allowlist(Budget(0), lambda data: None).values() if known.used != "named"
]
STUBS = {own_name(known): known for known in GLOBALS}
"""Each once, where modules of several versions have it."""


def use(known: Global) -> bytes:
    return CREATE if known.used == "created" else CALL


def state(values: list[bytes]) -> bytes:
    return values[0] if len(values) == 1 else row(*values)


def hidden(value: bytes) -> Iterator[bytes]:
    """Put a value into all that a stub may look into."""
    yield value
    yield listed(value)
    yield listed(row(value, NONE))
    yield row(value)
    yield table(a=value)


def replaced(values: list[bytes], value: bytes) -> Iterator[list[bytes]]:
    """Put a value in the place of each, or of nothing."""
    for place in range(max(1, len(values))):
        yield [*values[:place], value, *values[place + 1 :]]


def deep_values(known: Global) -> Iterator[bytes]:
    """Give a global deep values for each of its arguments and of the values of its state."""
    arguments, values = ARGUMENTS[own_name(known)], STATES.get(own_name(known), [])
    for deep in (NONE + b"\x85" * DEPTH, b"]" * DEPTH + b"a" * (DEPTH - 1)):
        for value in hidden(deep):
            for changed in replaced(arguments, value):
                yield named_global(known.name) + row(*changed) + use(known)
            made = named_global(known.name) + row(*arguments) + use(known)
            yield made + value + BUILD
            for changed in replaced(values, value) if values else ():
                yield made + state(changed) + BUILD


def remembered(known: Global) -> tuple[bytes, list[bytes]]:
    """Keep a global under 1 and its arguments from 2 on; give that, and what takes each argument again."""
    arguments = ARGUMENTS[own_name(known)]
    kept = (
        named_global(known.name) + put(1) + b"".join(value + put(2 + n) for n, value in enumerate(arguments))
    )
    return kept, [get(2 + place) for place in range(len(arguments))]


def deep_chains(known: Global) -> Iterator[bytes]:
    """Give a global what it made itself, again and again."""
    kept, given = remembered(known)
    for place in range(max(1, len(given))):
        before, after = b"".join(given[:place]), b"".join(given[place + 1 :])
        for opening, end in ((b"", b""), (b"]", b"a"), (b"]" + text("a"), b"\x86a"), (b"}" + text("a"), SET)):
            start = get(1) + pickle.MARK + before + opening
            stop = end + after + pickle.TUPLE + use(known)
            yield row(kept, start * DEPTH + NONE + stop * DEPTH)
    made = get(1) + row(*given) + use(known)
    yield row(kept, (made + b"}" + text("a")) * DEPTH + NONE + (SET + BUILD) * DEPTH)


NAMES = [text(str(name)) for name in range(LENGTH)]
LARGE = {
    "list": listed(*[NONE] * LENGTH),
    "list of pairs": listed(*[row(name, NONE) for name in NAMES]),
    "tuple": row(*[NONE] * LENGTH),
    "dict": entries([(name, NONE) for name in NAMES]),
    "set": pickle.EMPTY_SET + pickle.MARK + b"".join(NAMES) + pickle.ADDITEMS,
    "text": text("x" * 100_000),
    "bytes": string(b"x" * 100_000),
}


def many_copies(known: Global) -> Iterator[bytes]:
    """Give a global the same large value again and again."""
    kept, given = remembered(known)
    values = STATES.get(own_name(known), [])
    for large in LARGE.values():
        kept_too = large + put(0) + kept
        for changed in replaced(given, get(0)):
            yield row(kept_too, (get(1) + row(*changed) + use(known)) * TIMES)
        made = get(1) + row(*given) + use(known)
        for changed in replaced(values, get(0)):
            yield row(kept_too, made, (state(changed) + BUILD) * TIMES)


VIEW = tensor(storage(), 1)
ARRAY = called("numpy.core.numeric._frombuffer", string(bytes(4)), DTYPE, ONE, text("C"))
BAG = created("dnnlib.tflib.network.Network")


def kept(*values: bytes, **more: bytes) -> bytes:
    """Make a dict; its values without a name can be had again by their number."""
    numbered = [(text(f"kept {place}"), value + put(place)) for place, value in enumerate(values)]
    return entries(numbered + [(text(name), value) for name, value in more.items()])


def named(count: int, value: bytes, prefix: str = "") -> bytes:
    """Make a dict of the same value under many names."""
    return entries([(text(f"{prefix}{place}"), value) for place in range(count)])


def settings(attributes: bytes, keys: Sequence[str] = ("weight",)) -> bytes:
    """Make a training state with arguments."""
    weights = entries([(text(key), VIEW) for key in keys])
    return table(g_ema=weights, args=created("argparse.Namespace") + attributes + BUILD)


def tensorflow(attributes: bytes) -> bytes:
    return row(BAG + attributes + BUILD + put(99), get(99), get(99))


def empty_array(*shape: int) -> bytes:
    sizes = row(*map(number, shape))
    return called("numpy.core.numeric._frombuffer", string(b""), DTYPE, sizes, text("C"))


PRIVATE = [(text(name), b"}") for name in ("_parameters", "_buffers", "_modules")]
PRIVATE += [(text(f"_{place}"), NONE) for place in range(120_000)]
SAME_STATE = called("torch_utils.persistence._reconstruct_persistent_obj", table(state=get(0)))
LEVELS = ("generator_smooth", "g_ema", "G_ema", "avgG", "netG_state_dict", "generator", "netG", "g", "G")
LONG = text("x" * 1_000_000)

WALKS = {
    "modules that share their parameters": kept(
        VIEW, named(LENGTH, get(0)), G_ema=network(b"}", named(9000, network(get(1), b"}")))
    ),
    "modules that share their attributes": kept(
        entries(PRIVATE), G_ema=network(b"}", named(9000, SAME_STATE))
    ),
    "a list of hidden buffers": kept(
        VIEW,
        listed(*[text(f"h{place}") for place in range(100_000)]),
        G_ema=network(b"}", b"}", named(100_000, get(0)), _non_persistent_buffers_set=get(1)),
    ),
    "state dicts in state dicts": kept(
        VIEW,
        entries([*((text(str(place)), get(0)) for place in range(150_000)), (text("end"), NONE)]),
        table(**dict.fromkeys(LEVELS, get(1))),
        table(**dict.fromkeys(LEVELS, get(2))),
        **dict.fromkeys(LEVELS, get(3)),
    ),
    "far too many tensors": kept(VIEW, models=named(100_000, get(0))),
    "components that share their variables": tensorflow(
        kept(
            row(text("x"), ARRAY),
            listed(*[row(text(str(place)), ARRAY) for place in range(2000)]),
            components=named(9000, BAG + table(variables=get(1)) + BUILD),
        )
    ),
    "variables with the same long name": tensorflow(
        kept(listed(row(LONG, ARRAY)), components=named(LENGTH, BAG + table(variables=get(0)) + BUILD))
    ),
    "a large state set again and again": kept(
        named(100_000, NONE), made=created("argparse.Namespace") + (get(0) + BUILD) * 90_000
    ),
    "numbers that collide as keys": entries([(number((2**61 - 1) * n), NONE) for n in range(150_000)]),
    "memo indices that collide": b"".join(NONE + put(n << 12) for n in range(150_000)),
    "lists of an array without numbers": settings(table(a=empty_array(2**30, 0))),
    "an array of axes too long for numpy": tensorflow(
        table(variables=listed(row(text("x"), empty_array(2**40, 2**40, 0))))
    ),
    "the same text in many settings": settings(
        kept(LONG, a=listed(*[get(0)] * 100_000)), keys_of("rosinality")
    ),
    "settings that are nearly plain": settings(
        kept(
            entries([*((text(str(place)), NONE) for place in range(120_000)), (NONE, NONE)]),
            **{f"a{place}": get(0) for place in range(50_000)},
        )
    ),
    "text instead of the bytes of an array": settings(
        table(a=called("numpy.core.numeric._frombuffer", text("€" * 4), DTYPE, ONE, text("C")))
    ),
}
LEGACY = [pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})]
SAME_KEY = b"".join([*LEGACY, PROTOCOL + b"}.", PROTOCOL + listed(LONG + put(0), *[get(0)] * 100_000) + b"."])


def pickled(value: bytes) -> bytes:
    return PROTOCOL + value + pickle.STOP


KINDS = {
    attack.__name__: lambda attack=attack: (
        (f"{name} {count}", pickled(value))
        for name, known in STUBS.items()
        for count, value in enumerate(attack(known))
    )
    for attack in (deep_values, deep_chains, many_copies)
}
KINDS["walks"] = lambda: [
    *((name, pickled(value)) for name, value in WALKS.items()),
    ("the same key of a storage", SAME_KEY),
]


def read_all(kind: str, path: Path) -> None:
    """Read every attack; print its name first, so that it is known which one ended the program."""
    for name, data in KINDS[kind]():
        path.write_bytes(data)
        print(name, end=": ", flush=True)
        try:
            report(path)
            print("loaded", flush=True)
        except CheckpointError as refusal:
            print("refused:", str(refusal)[:200], flush=True)


if __name__ == "__main__":
    import resource  # where there is Linux

    torch.set_num_threads(1)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + 2**29, in_use + 2**29))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    threading.stack_size(1 << 20)
    thread = threading.Thread(target=read_all, args=(sys.argv[1], Path(sys.argv[2])))
    thread.start()
    thread.join()
