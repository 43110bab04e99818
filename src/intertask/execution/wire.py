"""Messages between launcher and worker: a length, then JSON; file descriptors travel beside it."""

import json
import os
import signal
import socket
import struct
from collections.abc import Sequence
from typing import Any

#: Signals that the launcher sends on to the script.
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

_LENGTH = struct.Struct("!I")
_MOST_DESCRIPTORS = 3


def send(connection: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send one message, and with its first byte the descriptors."""
    body = json.dumps(message).encode()  # ASCII: bytes of no known encoding are escaped as lone surrogates
    data = _LENGTH.pack(len(body)) + body
    sent = socket.send_fds(connection, [data], list(descriptors)) if descriptors else 0
    connection.sendall(data[sent:])


def receive(connection: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """One message and its descriptors, which are then the caller's to close.

    ``(None, [])`` when the other side has closed, be it in the middle of a message.

    Raises:
        OSError: The connection broke or timed out.
        ValueError: Not JSON.
    """
    data, descriptors, _, _ = socket.recv_fds(connection, _LENGTH.size, _MOST_DESCRIPTORS)
    message = None
    try:
        data += _exactly(connection, _LENGTH.size - len(data)) if data else b""
        if len(data) == _LENGTH.size:
            (length,) = _LENGTH.unpack(data)
            body = _exactly(connection, length)
            if len(body) == length:
                message = json.loads(body)
    finally:
        if message is None:
            for descriptor in descriptors:
                os.close(descriptor)
    return (message, descriptors) if message is not None else (None, [])


def _exactly(connection: socket.socket, length: int) -> bytes:
    """That many bytes; fewer if the other side closes."""
    parts = []
    while length > 0 and (part := connection.recv(min(length, 1 << 20))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def peer_uid(connection: socket.socket) -> int:
    """User id of the process at the other end."""
    _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return uid
