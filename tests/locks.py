"""What several threads share must be used under its lock: values that fail where it is not held."""

from __future__ import annotations

import threading
from typing import Any


def held(lock: Any) -> bool:
    """Whether this thread holds the lock; another thread is asked where the lock itself does not say."""
    if hasattr(lock, "_is_owned"):
        return bool(lock._is_owned())
    got: list[bool] = []

    def take() -> None:
        got.append(lock.acquire(blocking=False))
        if got[0]:
            lock.release()

    other = threading.Thread(target=take)
    other.start()
    other.join()
    return not got[0]


class Guarded(dict[Any, Any]):
    """A dict that may only be used by who holds `lock`; `used` counts how often it was."""

    def __init__(self, lock: Any, *values: Any) -> None:
        self.lock, self.used = lock, 0
        super().__init__(*values)


def _checked(name: str) -> Any:
    plain = getattr(dict, name)

    def call(self: Guarded, *values: Any, **options: Any) -> Any:
        assert held(self.lock), f"{name} without the lock"
        self.used += 1
        return plain(self, *values, **options)

    return call


for _name in (
    "__getitem__",
    "__setitem__",
    "__delitem__",
    "__iter__",
    "__len__",
    "__contains__",
    "get",
    "pop",
):
    setattr(Guarded, _name, _checked(_name))
for _name in ("clear", "items", "keys", "values", "setdefault", "update"):
    setattr(Guarded, _name, _checked(_name))


class Watched:
    """Stands for a value that may only be used by who holds `lock`; `used` counts how often it was."""

    def __init__(self, lock: Any, value: Any) -> None:
        self._lock, self._value, self.used = lock, value, 0

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._value, name)
        if not callable(value):
            return self._check(name, value)
        return lambda *values, **options: self._check(name, value)(*values, **options)

    def _check(self, name: str, value: Any) -> Any:
        assert held(self._lock), f"{name} without the lock"
        self.used += 1
        return value


def under(lock: Any, call: Any) -> Any:
    """Give a function that may only be called by who holds `lock`."""

    def checked(*values: Any, **options: Any) -> Any:
        assert held(lock), f"{getattr(call, '__name__', call)} without the lock"
        return call(*values, **options)

    return checked
