"""Access to published adapters: folders, the hub, its cache, and what goes wrong with each."""

import http.server
import json
import threading
from pathlib import Path

import pytest
from five_types import small_task
from huggingface_hub import constants, file_download
from huggingface_hub.utils import reset_sessions
from published_adapters import fetched, publish

from intertask import retry
from intertask.errors import IntertaskError
from intertask.models.published.hub import NotPublishedError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "file", ["adapter_config.json", "pytorch_adapter.bin", "head_config.json", "pytorch_model_head.bin"]
)
def test_incomplete_folder(roberta, tmp_path, file):
    publish(tmp_path / "pub", roberta, "classification")
    (tmp_path / "pub" / file).unlink()
    with pytest.raises(NotPublishedError, match=file) as error:
        fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")
    assert "my-classification" in str(error.value) and "adapters: train" in error.value.fix


class Hub(http.server.BaseHTTPRequestHandler):
    """The few answers of the hub that fetching a repository needs; ``owner/pf`` is there, ``owner/down`` fails."""

    folder: Path
    asked: list

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        self.asked.append(self.path)
        names = sorted(path.name for path in self.folder.iterdir())
        if "/down" in self.path:
            return self.send(503)
        if "/gated/" in self.path:
            return self.send(403, {"X-Error-Code": "GatedRepo"})
        if "owner/pf" not in self.path:
            return self.send(404, {"X-Error-Code": "RepoNotFound"})
        if "/revision/" in self.path:
            if not self.path.endswith(("/main", COMMIT)):
                return self.send(404, {"X-Error-Code": "RevisionNotFound"})
            siblings = [{"rfilename": name} for name in names]
            return self.send(200, body={"id": "owner/pf", "sha": COMMIT, "siblings": siblings})
        if "/tree/" in self.path:
            return self.send(200, body=[{"type": "file", "path": name, "size": 1, "oid": "0"} for name in names])
        content = (self.folder / self.path.rpartition("/")[2]).read_bytes()
        return self.send(200, {"ETag": f'"{len(content)}"', "X-Repo-Commit": COMMIT}, content)

    def send(self, status, headers=None, body=b""):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(tmp_path, monkeypatch, roberta):
    """A hub on this machine, with one adapter and an empty cache; ``hub.offline()`` cuts the line."""
    publish(tmp_path / "hub", roberta, "classification")
    handler = type("Handler", (Hub,), {"folder": tmp_path / "hub", "asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(file_download, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.0)
    reset_sessions()

    def offline():
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        reset_sessions()

    handler.offline = staticmethod(offline)
    handler.cache = tmp_path / "cache"
    yield handler
    server.shutdown()
    server.server_close()
    monkeypatch.undo()
    reset_sessions()


def test_repository_of_the_hub_and_then_the_cache(hub, roberta, tmp_path):
    info = small_task("classification").info
    local = fetched(tmp_path / "hub", roberta, info, tmp_path / "local")
    first = fetched(Path("owner/pf"), roberta, info, tmp_path / "first")
    assert first["weights_sha256"] == local["weights_sha256"]
    assert first["made_from"]["commit"] == first["published"]["commit"] == COMMIT
    asked = len(hub.asked)
    hub.offline()
    assert fetched(Path("owner/pf"), roberta, info, tmp_path / "second")["fingerprint"] == first["fingerprint"]
    assert len(hub.asked) == asked > 0


def test_what_the_hub_does_not_have(hub, roberta, tmp_path):
    info = small_task("classification").info
    with pytest.raises(NotPublishedError, match="no repository owner/other"):
        fetched(Path("owner/other"), roberta, info, tmp_path / "out")
    with pytest.raises(NotPublishedError, match="no revision 'v9'"):
        fetched(Path("owner/pf"), roberta, info, tmp_path / "out", revision="v9")
    (hub.folder / "pytorch_model_head.bin").unlink()
    with pytest.raises(NotPublishedError, match=r"not complete.*pytorch_model_head\.bin.*LEEP"):
        fetched(Path("owner/pf"), roberta, info, tmp_path / "out")


@pytest.mark.parametrize("repository", ["owner/down", "owner/gated", "no such name"])
def test_failures_that_are_no_answer(hub, roberta, tmp_path, repository):
    with pytest.raises(IntertaskError) as error:
        fetched(Path(repository), roberta, small_task("classification").info, tmp_path / "out")
    assert not isinstance(error.value, NotPublishedError)
    assert repository in str(error.value) and "my-classification" in str(error.value)
    assert "adapters: train" in error.value.fix
    assert len(hub.asked) == {"owner/down": retry.TRIES, "owner/gated": 1}.get(repository, 0)


def test_offline_and_not_in_the_cache(hub, roberta, tmp_path):
    hub.offline()
    with pytest.raises(IntertaskError, match="not completely in the cache") as error:
        fetched(Path("owner/pf"), roberta, small_task("classification").info, tmp_path / "out")
    assert not isinstance(error.value, NotPublishedError)


def test_half_a_snapshot_is_no_answer(hub, roberta, tmp_path):
    """A download that was killed must not look like an adapter that was never published."""
    info = small_task("classification").info
    fetched(Path("owner/pf"), roberta, info, tmp_path / "out")
    (head,) = hub.cache.rglob("snapshots/*/pytorch_model_head.bin")
    head.unlink()
    hub.offline()
    with pytest.raises(IntertaskError, match="not completely in the cache") as error:
        fetched(Path("owner/pf"), roberta, info, tmp_path / "out")
    assert not isinstance(error.value, NotPublishedError)
