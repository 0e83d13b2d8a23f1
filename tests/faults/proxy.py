"""A TCP proxy on loopback that cuts connections: at once, or after swallowing the answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.postgres import free_port

CHUNK = 65536


class Proxy:
    """Lies between a client and `target`, a port of this machine."""

    def __init__(self, target: int) -> None:
        self.port, self._target = free_port(), target
        self._deaf = False
        self._lines: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()

    def swallow(self) -> None:
        """From now on no answer comes through; questions still do."""
        self._deaf = True

    def cut(self) -> None:
        """Ends every connection without a goodbye; new ones work as ever."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(10)

    async def _cut(self) -> None:
        for writer in list(self._lines):
            writer.transport.abort()
        self._deaf = False

    async def _serve(self, started: threading.Event) -> None:
        server = await asyncio.start_server(self._meet, "127.0.0.1", self.port)
        started.set()
        with suppress(asyncio.CancelledError):
            await server.serve_forever()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._lines |= {writer, back}
        await asyncio.gather(
            self._pass(reader, back, answers=False), self._pass(there, writer, answers=True)
        )
        self._lines -= {writer, back}

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if not (answers and self._deaf):
                    writer.write(data)
                    await writer.drain()
        writer.transport.abort()

    def run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        task = self._loop.create_task(self._serve(started))
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(task)
        for left in asyncio.all_tasks(self._loop):
            left.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def stop(self) -> None:
        def cancel() -> None:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()

        self._loop.call_soon_threadsafe(cancel)


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    proxy, started = Proxy(port), threading.Event()
    thread = threading.Thread(target=proxy.run, args=(started,), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join(10)
