"""How bytes come and go: standard input and output, TCP, or WebSocket. Knows nothing of what they say."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from layerwise.lsp.framing import Framing, FramingError

if TYPE_CHECKING:
    from layerwise.lsp.server import Server

Make = Callable[[], "Server"]
CHUNK = 1 << 18
LOOPBACK = "127.0.0.1"
LAST_WORDS = 2.0
"""Seconds that a client has to take what was sent to it before the end."""
YOUNG_OBJECTS = 20_000
"""So many new objects set off a garbage collection. A keystroke makes thousands, most of which die by themselves."""
SWITCH = 0.001
"""Seconds that a thread may keep the interpreter while another waits: a keystroke must not wait for longer work."""


def run(make: Make, *, tcp: str | None = None, ws: str | None = None) -> int:
    """Hold one conversation, and return the exit status."""
    sys.setswitchinterval(SWITCH)
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    try:
        return asyncio.run(_serve(make, tcp, ws))
    except KeyboardInterrupt:
        return 130


async def _serve(make: Make, tcp: str | None, ws: str | None) -> int:
    if tcp is None and ws is None:
        return await _over_stdio(make())
    address = _address(tcp if tcp is not None else ws or "")
    if address is None:
        return _wrong("expected [HOST:]PORT, such as 127.0.0.1:2087")
    try:
        return await (_over_tcp if tcp is not None else _over_websocket)(make(), *address)
    except OSError as error:
        return _wrong(f"cannot listen on {address[0]}:{address[1]}: {error.strerror or error}")


# Standard input and output


async def _over_stdio(server: Server) -> int:
    source, target = _take_over_stdio()
    server.protocol.set_writer(_Writer(target))
    server.is_child = True
    framing = Framing()

    def take(data: bytes) -> None:
        _feed(server, framing, data)

    loop = asyncio.get_running_loop()
    try:
        loop.add_reader(source, lambda: take(_read(source)))
    except (OSError, NotImplementedError):
        # A file, or a system whose event loop cannot watch a pipe.
        Thread(target=_read_all, args=(source, loop, take), name="layerwise-input", daemon=True).start()
    return await server.stopped


def _take_over_stdio() -> tuple[int, int]:
    """Descriptors of our own for the conversation: whatever else is printed goes to standard error."""
    source, target = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(source, os.O_BINARY)
        msvcrt.setmode(target, os.O_BINARY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, target


def _read(source: int) -> bytes:
    try:
        return os.read(source, CHUNK)
    except OSError:
        return b""


def _read_all(source: int, loop: asyncio.AbstractEventLoop, take: Callable[[bytes], None]) -> None:
    data = b"-"
    while data:
        data = _read(source)
        try:
            loop.call_soon_threadsafe(take, data)
        except RuntimeError:
            return  # The event loop has ended.


def _feed(server: Server, framing: Framing, data: bytes) -> None:
    """Give the protocol what has arrived. No bytes mean that the client is gone."""
    if not data:
        server.hang_up()
        return
    for body in framing.feed(data):
        if isinstance(body, FramingError):
            server.protocol.receive_noise(body)
        else:
            server.protocol.receive(body)


class _Writer:
    """Writes to a descriptor, at once and completely."""

    def __init__(self, target: int) -> None:
        self._target = target

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._target, rest) :]

    def close(self) -> None:
        os.close(self._target)


# TCP


async def _over_tcp(server: Server, host: str, port: int) -> int:
    """One client; a second that comes meanwhile is sent away."""
    client: asyncio.StreamWriter | None = None

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal client
        if client is not None:
            writer.close()
            return
        client = writer
        server.protocol.set_writer(writer)
        framing = Framing()
        data = b"-"
        while data:
            try:
                data = await reader.read(CHUNK)
            except OSError:
                data = b""
            _feed(server, framing, data)

    listener = await asyncio.start_server(converse, host, port)
    _announce("tcp", listener.sockets[0].getsockname())
    status = await server.stopped
    listener.close()
    if client is not None:
        client.close()
        with suppress(OSError, asyncio.TimeoutError):
            await asyncio.wait_for(client.wait_closed(), LAST_WORDS)
    return status


# WebSocket


async def _over_websocket(server: Server, host: str, port: int) -> int:
    """One client; a message of the protocol is a message of the socket, without headers."""
    try:
        from websockets.asyncio.server import ServerConnection, serve
        from websockets.exceptions import ConnectionClosed
        from websockets.http11 import Request, Response
    except ImportError:
        return _wrong("--ws needs the package websockets: pip install 'layerwise[ws]'")
    allowed = {"localhost", "127.0.0.1", "::1", host}
    outbox: asyncio.Queue[bytes] = asyncio.Queue()
    busy = False

    def admit(connection: ServerConnection, request: Request) -> Response | None:
        """A page on the web may not talk to a server on this machine: its browser says where it comes from."""
        origin = request.headers.get("Origin")
        if origin is None or urlsplit(origin).hostname in allowed:
            return None
        return connection.respond(HTTPStatus.FORBIDDEN, "pages from elsewhere are not served\n")

    async def send(connection: ServerConnection) -> None:
        while True:
            data = await outbox.get()
            with suppress(ConnectionClosed):
                await connection.send(data.decode())
            outbox.task_done()

    async def converse(connection: ServerConnection) -> None:
        nonlocal busy
        if busy:
            return
        busy = True
        server.protocol.set_writer(_Outbox(outbox), include_headers=False)
        sending = asyncio.create_task(send(connection))
        try:
            async for message in connection:
                server.protocol.receive(message if isinstance(message, bytes) else message.encode())
        except ConnectionClosed:
            pass
        server.hang_up()
        sending.cancel()

    async with serve(converse, host, port, max_size=None, compression=None, process_request=admit) as listener:
        _announce("ws", next(iter(listener.sockets)).getsockname())
        status = await server.stopped
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(outbox.join(), LAST_WORDS)
    return status


class _Outbox:
    """Takes what is to be sent, in order; a socket may take longer."""

    def __init__(self, queue: asyncio.Queue[bytes]) -> None:
        self._queue = queue

    def write(self, data: bytes) -> None:
        self._queue.put_nowait(data)

    def close(self) -> None:
        pass


# Addresses


def _address(text: str) -> tuple[str, int] | None:
    """Host and port of ``[HOST:]PORT``, the loopback address by default."""
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdigit() or int(port) > 0xFFFF:
        return None
    return host.strip("[]") or LOOPBACK, int(port)


def _announce(scheme: str, name: tuple[object, ...]) -> None:
    """Say where, for the port may have been left to the system."""
    host = f"[{name[0]}]" if ":" in str(name[0]) else name[0]
    print(f"Listening on {scheme}://{host}:{name[1]}", flush=True)


def _wrong(message: str) -> int:
    print(f"layerwise server: {message}", file=sys.stderr)
    return 2
