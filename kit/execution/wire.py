"""Frames over a socket: a length, then a pickle. The processes that speak so are started by one another."""

from __future__ import annotations

import contextlib
import pickle
import select
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any

_LENGTH = struct.Struct("!Q")
_CHUNK = 1 << 20


def send(to: socket.socket, value: Any, descriptors: Sequence[int] = ()) -> None:
    """Send a value, and open descriptors with it, waiting until all of it is gone."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    head = _LENGTH.pack(len(data))
    if descriptors:
        socket.send_fds(to, [head], descriptors)
        to.sendall(data)
    else:
        to.sendall(head + data)


def send_hearing(to: socket.socket, value: Any, hear: Callable[[], None]) -> None:
    """Send a value, and call `hear` as often as something has come in meanwhile.

    Two ends that both send, and neither of which reads before it has sent all, wait for each other for ever.
    """
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    left = memoryview(_LENGTH.pack(len(data)) + data)
    while left:
        readable, writable, _ = select.select([to], [to], [])
        if readable:
            hear()
        if writable:
            with contextlib.suppress(BlockingIOError):
                left = left[to.send(left[:_CHUNK], socket.MSG_DONTWAIT) :]


def receive(source: socket.socket) -> tuple[Any, list[int]]:
    """Return the next value and the descriptors sent with it, reading not a byte more.

    Raises:
        EOFError: the other end is closed.
    """
    head, descriptors, _, _ = socket.recv_fds(source, _LENGTH.size, 8)
    head += _exactly(source, _LENGTH.size - len(head)) if head else b""
    if not head:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    return pickle.loads(_exactly(source, size)), descriptors  # noqa: S301 - written by a process of ours


def _exactly(source: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        more = source.recv(min(size - len(data), _CHUNK))
        if not more:
            raise EOFError
        data += more
    return bytes(data)


class Frames:
    """What has come in on a socket: whole values as they are complete, and whether the other end is closed."""

    def __init__(self, source: socket.socket) -> None:
        self.source = source
        self.ended = False
        self._pending = bytearray()

    def read(self) -> Iterator[Any]:
        """Yield the values completed by one read. On a socket that blocks, waits for the other end."""
        try:
            data = self.source.recv(_CHUNK)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self.ended = True
            return
        self._pending += data
        while (frame := self._take()) is not None:
            yield pickle.loads(frame)  # noqa: S301 - written by a process of ours

    def _take(self) -> bytes | None:
        if len(self._pending) < _LENGTH.size:
            return None
        (size,) = _LENGTH.unpack_from(self._pending)
        end = _LENGTH.size + size
        if len(self._pending) < end:
            return None
        frame = bytes(self._pending[_LENGTH.size : end])
        del self._pending[:end]
        return frame
