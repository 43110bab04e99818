"""Where data and models are: own files by their first rows; the hub's in the cache, there, or neither."""

import http.server
import threading

import pytest

from intertask.check import availability as check_places
from intertask.check.availability import Hub, ask_hub, look_at_model, look_at_tasks
from intertask.config import Model, Task

NO_HUB = Hub(offline=True, reachable=False)


def task(**data) -> Task:
    return Task.model_validate({"name": "t", "type": "classification", "data": data})


def look(found: Task, hub: Hub = NO_HUB):
    return look_at_tasks({"t": found}, set(), hub)["t"]


def test_own_files(tmp_path):
    (tmp_path / "x.csv").write_text("text,label\n" + "a b,yes\nc d,no\n" * 5, encoding="utf-8")
    found = look(task(files={"train": [str(tmp_path / "x.csv")]}))
    assert found.problem is None and found.words == "own files, 10 rows of train"
    (tmp_path / "x.csv").write_text("text,label\n,yes\n", encoding="utf-8")
    assert "line 2" in look(task(files={"train": [str(tmp_path / "x.csv")]})).problem.where


def test_hub_without_a_network(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    found = look(task(hub="nobody/nothing"))
    assert "not in the cache" in found.problem.what and "task t" in found.problem.where
    assert look_at_tasks({"t": task(hub="nobody/nothing")}, {"t"}, NO_HUB)["t"].problem is None  # prepared already


def test_the_first_place_that_has_it_counts(tmp_path):
    folder = tmp_path / "copy"
    folder.mkdir()
    made = task(hub="nobody/nothing", alternatives=[{"hub": str(folder)}])
    assert look(made).problem is None
    made = task(hub="nobody/nothing", alternatives=[{"hub": "nobody/either"}])
    assert "alternatives" in look(made).problem.what


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
    assert look(task(download={"train": {"url": f"{server}/there.csv"}})).problem is None
    assert "404" in look(task(download={"train": {"url": f"{server}/gone.csv"}})).problem.what
    monkeypatch.setattr(check_places, "TIMEOUT", 1)
    assert "cannot be reached" in look(task(download={"train": {"url": "http://127.0.0.1:9/x.csv"}})).problem.what


def test_models(tmp_path):
    looked, shape = look_at_model(Model(path="bundled"), NO_HUB)
    assert looked.problem is None and (shape["hidden_size"], shape["num_hidden_layers"]) == (384, 6)
    looked, _ = look_at_model(Model(path=str(tmp_path)), NO_HUB)
    assert "no config.json" in looked.problem.what
    looked, _ = look_at_model(Model(path="nobody/model"), NO_HUB)
    assert "hub cannot be reached" in looked.problem.what
