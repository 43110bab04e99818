"""Messages between launcher and worker: a length, then JSON. File descriptors are sent along with them."""

import json
import os
import resource
import signal
import socket
import struct
from collections.abc import Sequence
from typing import Any

#: Signals that the launcher forwards to the script.
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

_LENGTH = struct.Struct("!I")
_MOST_DESCRIPTORS = 3


def send(connection: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send one message; the descriptors go with its first byte.

    Args:
        connection: The connected socket.
        message: The message.
        descriptors: Open file descriptors; the receiver gets copies.

    Raises:
        OSError: The connection broke or timed out.
    """
    body = json.dumps(message).encode()  # ASCII: undecodable bytes of arguments are escaped as lone surrogates
    data = _LENGTH.pack(len(body)) + body
    sent = socket.send_fds(connection, [data], list(descriptors)) if descriptors else 0
    if rest := data[sent:]:  # sending nothing fails if the other side has answered and closed the connection already
        connection.sendall(rest)


def receive(connection: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """Receive one message and its descriptors.

    Args:
        connection: The connected socket.

    Returns:
        The message and the descriptors, which the caller must close; ``(None, [])`` if the other side has closed the
        connection before or in the middle of a message.

    Raises:
        OSError: The connection broke or timed out.
        ValueError: The message is not JSON.
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
    """Receive a number of bytes; fewer if the other side closes the connection."""
    parts = []
    while length > 0 and (part := connection.recv(min(length, 1 << 20))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def usage_of(usage: resource.struct_rusage) -> dict[str, float]:
    """Return what a job used, as it is written below ``results/benchmarks``.

    Args:
        usage: What :func:`os.wait4` gives for the job's process. It includes the processes that the job waited for.

    Returns:
        ``cpu_seconds`` (user and system time) and ``max_rss_mb`` (peak resident memory of a process, in MiB).
    """
    return {
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
        "max_rss_mb": round(usage.ru_maxrss / 1024, 1),
    }


def peer_uid(connection: socket.socket) -> int:
    """Return the user id of the process at the other end.

    Args:
        connection: The connected socket.
    """
    return _peer(connection)[1]


def peer_pid(connection: socket.socket) -> int:
    """Return the process id of the process at the other end; of a server, the one that listens.

    Args:
        connection: The connected socket.
    """
    return _peer(connection)[0]


def _peer(connection: socket.socket) -> tuple[int, int, int]:
    """Process id, user id and group id of the process at the other end."""
    return struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
