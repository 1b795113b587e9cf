"""Hands the bytes of TCP connections on to another port, later: a proxy that is far away."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager


@contextmanager
def forwarding(port: int, seconds: float) -> Iterator[int]:
    """Listen at a port of our own, and take each piece of data some seconds to the port or back."""
    listens: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()

        def write(data: bytes) -> None:
            if not writer.is_closing():  # the other side has gone meanwhile
                writer.write(data)

        while data := await reader.read(65536):
            loop.call_later(seconds, write, data)
        loop.call_later(seconds, writer.close)

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer), return_exceptions=True)

    async def serve() -> None:
        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        ending = asyncio.Event()
        listens.set_result((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), ending))
        await ending.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    own, loop, ending = listens.result()
    try:
        yield own
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join()
