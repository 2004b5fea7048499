"""What travels between the processes: whole, in both directions at once, without one end waiting for the other."""

from __future__ import annotations

import socket
import threading

from kit.execution import wire

LARGE = 20_000_000


def test_two_ends_that_both_send_much_do_not_wait_for_each_other() -> None:
    ours, theirs = socket.socketpair()
    heard: list[object] = []

    def other_end() -> None:
        wire.send(theirs, bytes(LARGE))
        assert wire.receive(theirs)[0] == b"x" * LARGE

    thread = threading.Thread(target=other_end, daemon=True)
    thread.start()
    with ours, theirs:
        wire.send_hearing(ours, b"x" * LARGE, lambda: heard.append(wire.receive(ours)[0]))
        thread.join(30)
        assert not thread.is_alive()
    assert heard == [bytes(LARGE)]
