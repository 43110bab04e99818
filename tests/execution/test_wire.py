"""Messages between launcher and worker, over a pair of sockets."""

import os
import socket

import pytest

from intertask.execution import wire


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_message_arrives_with_its_descriptors(pair, tmp_path):
    ours, theirs = pair
    message = {"argv": ["job.py", "h\u00e4r", "\udcff"], "umask": 18, "long": "x" * 100_000}
    ours.settimeout(600)
    with open(tmp_path / "file", "w") as file:
        import threading

        sender = threading.Thread(target=wire.send, args=(ours, message, [file.fileno()]))
        sender.start()
        received, (descriptor,) = wire.receive(theirs)
        sender.join()
        assert received == message
        assert os.path.samestat(os.fstat(descriptor), os.fstat(file.fileno()))
        os.close(descriptor)


def test_an_answer_that_comes_before_the_sender_goes_on_is_received(pair, monkeypatch):
    """A worker can run a short job and close the connection before the launcher has returned from sending it."""
    ours, theirs = pair
    send_fds = socket.send_fds

    def send_and_answer(*arguments):
        sent = send_fds(*arguments)
        _, descriptors = wire.receive(theirs)
        for descriptor in descriptors:
            os.close(descriptor)
        theirs.sendall(b"\x00\x00\x00\x0d" + b'{"status": 0}')
        theirs.close()
        return sent

    monkeypatch.setattr(wire.socket, "send_fds", send_and_answer)
    wire.send(ours, {"argv": ["job.py"]}, [1, 2])
    assert wire.receive(ours) == ({"status": 0}, [])


@pytest.mark.parametrize("data", [b"", b"\x00\x00", b"\x00\x00\x00\x09{}"])
def test_a_message_that_is_cut_short_is_none(pair, data):
    ours, theirs = pair
    ours.sendall(data)
    ours.close()
    assert wire.receive(theirs) == (None, [])


def test_the_descriptors_of_a_broken_message_are_closed(pair, tmp_path):
    ours, theirs = pair
    with open(tmp_path / "file", "w") as file:
        socket.send_fds(ours, [b"\x00\x00\x00\x02no"], [file.fileno()])
    before = set(os.listdir("/proc/self/fd"))
    with pytest.raises(ValueError, match="Expecting value"):
        wire.receive(theirs)
    assert set(os.listdir("/proc/self/fd")) == before


def test_the_other_end_is_this_user(pair):
    assert wire.peer_uid(pair[0]) == os.getuid()
