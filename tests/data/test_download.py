"""Files at published addresses, from a server on this machine."""

import gzip
import hashlib
import io
import tarfile
import zipfile

import pytest
from file_server import prepared, rows

from intertask.config import Download
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


def test_not_an_address():
    with pytest.raises(ValueError, match="is not an address"):
        Download(url="file:///etc/passwd")
