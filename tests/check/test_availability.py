"""Availability of data and models: local files, the cache, the Hub, published addresses."""

import http.server
import threading

import pytest

from intertask.check import availability
from intertask.check.availability import Hub, ask_hub, check_model, check_tasks
from intertask.config import Model, Task

NO_HUB = Hub(offline=True, reachable=False)


def task(**data) -> Task:
    return Task.model_validate({"name": "t", "type": "classification", "data": data})


def check(task: Task, hub: Hub = NO_HUB):
    return check_tasks({"t": task}, set(), hub)["t"]


def test_own_files(tmp_path):
    (tmp_path / "x.csv").write_text("text,label\n" + "a b,yes\nc d,no\n" * 5, encoding="utf-8")
    found = check(task(files={"train": [str(tmp_path / "x.csv")]}))
    assert found.problem is None and found.description == "local files, 10 training rows"
    (tmp_path / "x.csv").write_text("text,label\n,yes\n", encoding="utf-8")
    assert "line 2" in check(task(files={"train": [str(tmp_path / "x.csv")]})).problem.where


def test_hub_without_a_network(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    found = check(task(hub="nobody/nothing"))
    assert "not in the cache" in found.problem.what and "task t" in found.problem.where
    assert check_tasks({"t": task(hub="nobody/nothing")}, {"t"}, NO_HUB)["t"].problem is None  # already prepared


def test_the_first_available_origin_counts(tmp_path):
    folder = tmp_path / "copy"
    folder.mkdir()
    made = task(hub="nobody/nothing", alternatives=[{"hub": str(folder)}])
    assert check(made).problem is None
    made = task(hub="nobody/nothing", alternatives=[{"hub": "nobody/either"}])
    assert "1 alternative failed as well." in check(made).problem.what


def test_the_hub_is_asked_once_and_not_for_long(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    assert ask_hub(needed=True) == Hub(offline=False, reachable=False)
    assert ask_hub(needed=False).reachable is False
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE" in ask_hub(needed=True).described()


@pytest.fixture
def server():
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(200 if self.path == "/there.csv" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


def test_published_addresses(server, tmp_path, monkeypatch):
    monkeypatch.setenv("INTERTASK_CACHE", str(tmp_path))
    assert check(task(download={"train": {"url": f"{server}/there.csv"}})).problem is None
    assert "404" in check(task(download={"train": {"url": f"{server}/gone.csv"}})).problem.what
    monkeypatch.setattr(availability, "TIMEOUT", 1)
    assert "is not reachable" in check(task(download={"train": {"url": "http://127.0.0.1:9/x.csv"}})).problem.what


def test_models(tmp_path):
    found, shape = check_model(Model(path="bundled"), NO_HUB)
    assert found.problem is None and (shape["hidden_size"], shape["num_hidden_layers"]) == (384, 6)
    found, _ = check_model(Model(path=str(tmp_path)), NO_HUB)
    assert "no config.json" in found.problem.what
    found, _ = check_model(Model(path="nobody/model"), NO_HUB)
    assert "the Hub is not reachable" in found.problem.what
