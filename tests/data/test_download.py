"""Files at published addresses, from a server on this machine."""

import gzip
import hashlib
import io
import tarfile
import threading
import zipfile
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from intertask import retry
from intertask.config import Download, Task, load_config
from intertask.config.task_registry import configured_tasks
from intertask.data import load_prepared, prepare
from intertask.data.download import cached_path, fetch
from intertask.errors import IntertaskError, UnavailableError
from intertask.files import read_json


def rows(start: int, count: int = 10) -> bytes:
    return ("text,label\n" + "".join(f"row {n},{'ab'[n % 2]}\n" for n in range(start, start + count))).encode()


def tar_gz(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


class Site:
    """Files by path; what was asked for; how often a path still fails."""

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.failures: Counter = Counter()
        self.cut: set[str] = set()


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setenv("INTERTASK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr(retry.time, "sleep", lambda seconds: None)
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found.asked.append(self.path)
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


def prepared(tmp_path, **data):
    task = Task(name="mine", type="classification", data=data, columns={"text_a": "text"})
    prepare(task, 1, tmp_path / "out", {})
    return load_prepared(tmp_path / "out")


def test_fetched_once_and_recorded(site, tmp_path):
    site.files["/t.csv.gz"], site.files["/v.csv"] = gzip.compress(rows(0)), rows(100, 4)
    download = {"train": {"url": site.address + "/t.csv.gz"}, "validation": {"url": site.address + "/v.csv"}}
    for _ in range(2):
        data = prepared(tmp_path, download=download)
        assert data.info["rows"] == {"train": 10, "validation": 4}
    assert site.asked == ["/t.csv.gz", "/v.csv"]
    (train,) = data.info["origin"]["download"]["train"]
    assert train["sha256"] == hashlib.sha256(site.files["/t.csv.gz"]).hexdigest()
    assert [row["text_a"] for row in data.train][:2] == ["row 0", "row 1"]


@pytest.mark.parametrize("pack", [tar_gz, zipped])
def test_members_of_an_archive_in_sorted_order(site, tmp_path, pack):
    members = {"set/train/p2.csv": rows(50, 5), "set/train/p1.csv": rows(0, 5), "set/dev.csv": rows(90, 4), "x": b"?"}
    site.files["/all"] = pack(members)
    url = site.address + "/all"
    download = {"train": {"url": url, "member": "set/train/*.csv"}, "validation": {"url": url, "member": "set/dev.csv"}}
    data = prepared(tmp_path, download=download)
    assert [row["text_a"] for row in data.train] == [f"row {n}" for n in (*range(5), *range(50, 55))]
    assert data.info["rows"]["validation"] == 4
    assert site.asked == ["/all"]
    with pytest.raises(IntertaskError, match=r"no member 'set/test\*'; it holds set/dev.csv, set/train/p1.csv"):
        prepared(tmp_path, download={"train": {"url": url, "member": "set/test*"}})


def test_bad_row_of_a_member_is_named(site, tmp_path):
    site.files["/all.zip"] = zipped({"a.csv": rows(0) + b"only one cell\n"})
    with pytest.raises(IntertaskError, match="1 cells, but 2 columns") as error:
        prepared(tmp_path, download={"train": {"url": site.address + "/all.zip", "member": "a.csv"}})
    assert error.value.where.endswith("/all.zip!a.csv, line 12")


def test_passing_failure_is_tried_again(site):
    site.files["/a.csv"], site.failures["/a.csv"] = rows(0), 2
    assert fetch(Download(url=site.address + "/a.csv"))[0].read_bytes() == rows(0)
    assert site.asked == ["/a.csv"] * 3


def test_connection_that_ends_early_leaves_nothing(site):
    site.files["/a.csv"] = rows(0)
    site.cut.add("/a.csv")
    item = Download(url=site.address + "/a.csv")
    with pytest.raises(UnavailableError, match=r"cannot be fetched: .*of 9\d bytes"):
        fetch(item)
    assert len(site.asked) == 4
    assert not cached_path(item.url).exists()
    site.cut.clear()
    assert fetch(item)[0].read_bytes() == rows(0)


def test_gone_from_its_address(site, tmp_path):
    with pytest.raises(UnavailableError, match="no longer at its published address: 404") as error:
        prepared(tmp_path, download={"train": {"url": site.address + "/gone.csv"}})
    assert error.value.where == f"task mine: {site.address}/gone.csv"
    assert "tasks: {<task>: {data: {files:" in error.value.fix
    assert site.asked == ["/gone.csv"]


def test_stated_sum(site):
    site.files["/a.csv"] = rows(0)
    right = hashlib.sha256(rows(0)).hexdigest()
    assert fetch(Download(url=site.address + "/a.csv", sha256=right))[1] == right
    with pytest.raises(UnavailableError, match=f"has the SHA-256 {right}, and the task states {'0' * 64}"):
        fetch(Download(url=site.address + "/a.csv", sha256="0" * 64))


def test_damaged_cache_is_fetched_again(site, capsys):
    site.files["/a.csv"] = rows(0)
    item = Download(url=site.address + "/a.csv")
    path, _ = fetch(item)
    path.write_bytes(b"other")
    assert fetch(item)[0].read_bytes() == rows(0)
    assert "is damaged" in capsys.readouterr().out
    assert read_json(f"{path}.json")["bytes"] == len(rows(0))


def test_offline_reads_the_cache_only(site, monkeypatch):
    site.files["/a.csv"] = rows(0)
    item = Download(url=site.address + "/a.csv")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UnavailableError, match="not in the cache, and HF_HUB_OFFLINE is set") as error:
        fetch(item)
    assert error.value.where == f"{item.url} ({cached_path(item.url)})"
    assert site.asked == []
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    fetch(item)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert fetch(item)[0].read_bytes() == rows(0)


def test_the_first_place_that_has_the_rows(site, tmp_path):
    site.files["/b.csv"] = b"words,kind\n" + rows(0).split(b"\n", 1)[1]
    data = prepared(
        tmp_path,
        download={"train": {"url": site.address + "/a.csv"}},
        alternatives=[
            {"download": {"train": {"url": site.address + "/b.csv"}}, "columns": {"text_a": "words", "label": "kind"}}
        ],
    )
    assert data.info["labels"] == ["a", "b"]
    (passed,) = data.info["origin"]["passed_over"]
    assert passed["where"] == f"{site.address}/a.csv" and "no longer" in passed["why"]
    assert data.info["notes"][0].startswith(f"Read from an alternative, {site.address}/b.csv: The file is no longer")


def test_no_place_has_the_rows(site, tmp_path):
    with pytest.raises(UnavailableError, match="None of the 2 locations of the task 'mine' is available") as error:
        prepared(
            tmp_path,
            download={"train": {"url": site.address + "/a.csv"}},
            alternatives=[{"download": {"train": {"url": site.address + "/b.csv"}}}],
        )
    assert f"1. {site.address}/a.csv: " in error.value.what and f"2. {site.address}/b.csv: " in error.value.what
    assert "'tasks: {mine: {data: {files: {train: …}}}}'" in error.value.fix


def test_own_copy_by_the_configuration(site, tmp_path, monkeypatch):
    """What the messages advise: a task of the folder, its rows from a file of one's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tasks").mkdir()
    for name in ("mine", "other"):
        (tmp_path / "tasks" / f"{name}.yaml").write_text(
            "type: classification\n"
            f"data: {{download: {{train: {{url: '{site.address}/gone.csv'}}}}}}\ncolumns: {{text_a: text}}\n"
        )
    (tmp_path / "own.csv").write_bytes(rows(0))
    own = {"mine": {"data": {"files": {"train": "own.csv"}}}}
    config = load_config({"task_folders": ["tasks"], "sources": ["other"], "targets": ["mine"], "tasks": own})
    info = prepare(configured_tasks(config)["mine"], 1, tmp_path / "out", {})
    assert info["rows"] == {"train": 8, "validation": 2}
    assert site.asked == []


def test_not_an_address():
    with pytest.raises(ValueError, match="is not an address"):
        Download(url="file:///etc/passwd")
