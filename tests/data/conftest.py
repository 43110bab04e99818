"""Task files as people write them, in a temporary folder."""

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from file_server import Site

from intertask import retry
from intertask.config import Task
from intertask.data import load_prepared, prepare


@pytest.fixture
def write(tmp_path):
    """Write a file: rows (as jsonl), text or bytes; packed if its name ends in .gz. Gives its path as text."""

    def write_file(name, content):
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        if isinstance(content, str):
            content = content.encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return str(path)

    return write_file


@pytest.fixture
def prepared(write, tmp_path):
    """Prepare a task from rows (or text, with a file extension); gives its info, train and validation."""

    def prepare_task(task_type, train, validation=None, *, extension="jsonl", seed=1, data=None, **keys):
        files = {"train": write(f"train.{extension}", train)}
        if validation is not None:
            files["validation"] = write(f"validation.{extension}", validation)
        task = Task(name="mine", type=task_type, data={"files": files, **(data or {})}, **keys)
        prepare(task, seed, tmp_path / "out", {"step": "data"})
        loaded = load_prepared(tmp_path / "out")
        return SimpleNamespace(info=loaded.info, train=loaded.train, validation=loaded.validation)

    return prepare_task


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A server of files on this machine, with an empty cache."""
    monkeypatch.setenv("INTERTASK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr(retry.time, "sleep", lambda seconds: None)
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found.asked.append(self.path)
            found.authorized.append(self.headers["Authorization"])
            if target := found.moved.get(self.path):
                self.send_response(302)
                self.send_header("Location", target)
                return self.end_headers()
            if found.failures[self.path] > 0:
                found.failures[self.path] -= 1
                return self.send_error(503)
            if self.path not in found.files:
                return self.send_error(404)
            content = found.files[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:-5] if self.path in found.cut else content)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.address = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()
