"""Files at published addresses, from a server on this machine."""

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile

import pytest
from file_server import prepared, rows

from intertask.config import Download, Task
from intertask.data import download, hub, prepare
from intertask.data.download import cached_path, fetch
from intertask.errors import IntertaskError, UnavailableError
from intertask.files import read_json


def tar_gz(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def not_there(*_):
    raise UnavailableError("There is no such dataset.", "no/dataset")


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


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
    with pytest.raises(IntertaskError, match="1 cell, but 2 columns") as error:
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


def test_secrets_of_an_address_are_sent_and_never_shown(site, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(download, "_SECONDS_BETWEEN_LINES", -1)
    content = rows(0) + b",a\n"  # a row without a text
    site.files |= {"/a.csv?token=hush": content, "/a.zip?sig=hush": zipped({"b.csv": rows(100) + b",a\n"})}
    site.failures["/a.csv?token=hush"] = 1
    place = site.address.replace("://", "://ann:hu%40sh@")
    task = Task.model_validate(
        {
            "name": "mine",
            "type": "classification",
            "data": {
                "hub": "no/dataset",
                "alternatives": [
                    {"download": {"train": {"url": f"{place}/gone.csv?key=hush"}}},
                    {
                        "download": {
                            "train": [{"url": f"{place}/a.csv?token=hush"}],
                            "validation": {"url": f"{place}/a.zip?sig=hush", "member": "b.csv"},
                        }
                    },
                ],
            },
            "columns": {"text_a": "text"},
            "on_bad_row": "drop",
        }
    )
    monkeypatch.setattr(hub, "read_split", not_there)
    info = prepare(task, 1, tmp_path / "out", {"task": task.model_dump(mode="json")})
    assert info["origin"]["download"]["train"][0]["url"] == f"{site.address.replace('://', '://***@')}/a.csv?token=***"
    assert any(note.startswith("Left out of validation") and "sig=***!b.csv, line 12" in note for note in info["notes"])
    assert set(site.authorized) == {"Basic " + base64.b64encode(b"ann:hu@sh").decode()}
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    for text in (capsys.readouterr().out.encode(), *written):
        assert b"hush" not in text and b"hu%40sh" not in text and b"hu@sh" not in text


def test_another_server_does_not_get_the_password(site, tmp_path):
    site.files["/a.csv"] = rows(0)
    site.moved["/old.csv"] = site.address.replace("127.0.0.1", "localhost") + "/a.csv"
    fetch(Download(url=site.address.replace("://", "://ann:hush@") + "/old.csv"))
    assert site.asked == ["/old.csv", "/a.csv"] and site.authorized[1] is None


@pytest.mark.parametrize("url", ["http://[::1/a.csv", "http://host:port/a.csv", "http://a/b c.csv", "http:///a.csv"])
def test_an_address_that_is_not_valid(url):
    with pytest.raises(ValueError, match="is not a valid address"):
        Download(url=url)


def test_not_an_address():
    with pytest.raises(ValueError, match="is not an address"):
        Download(url="file:///etc/passwd")
