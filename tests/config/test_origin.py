"""Where a task's rows are."""

import pytest
from pydantic import ValidationError

from intertask.config.origin import Data, Download, Splits

ADDRESS = {"url": "https://example.org/a.csv"}


@pytest.mark.parametrize(
    "keys", [{}, {"hub": "x", "files": {"train": "x.csv"}}, {"hub": "x", "download": {"train": ADDRESS}}]
)
def test_exactly_one_location(keys):
    with pytest.raises(ValidationError, match=r"give exactly one of 'files' .* 'hub' .* 'download'"):
        Data(**keys)


def test_files_of_a_repository_need_the_repository():
    with pytest.raises(ValidationError, match="name the repository with 'hub'"):
        Data(files={"train": "x.csv"}, hub_files={"train": "y.csv"})


def test_default_splits_are_lists_that_are_dumped_as_names():
    assert (Splits().train, Splits().validation) == (["train"], ["validation"])
    assert Splits().model_dump() == {"train": "train", "validation": "validation"}


def test_one_download_or_several():
    one, two = ({"train": ADDRESS}, {"train": [ADDRESS, ADDRESS]})
    assert [item.url for item in Data(download=one).download.train] == [ADDRESS["url"]]
    assert len(Data(download=two).download.train) == 2
    for written in (one, two):
        assert Data(download=written).model_dump(exclude_unset=True) == {"download": written}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"url": "file:///etc/passwd"}, "is not an address; begin it with https://"),
        (ADDRESS | {"sha256": "AB" * 32}, "expected 64 hexadecimal digits in lower case"),
        (ADDRESS | {"sha256": "ab"}, "expected 64 hexadecimal digits in lower case"),
    ],
)
def test_downloads_that_cannot_be(keys, message):
    with pytest.raises(ValidationError, match=message):
        Download(**keys)


def test_share_that_becomes_the_validation_split():
    assert Data(hub="x").validation_fraction == 0.2
    with pytest.raises(ValidationError, match="less than 1"):
        Data(hub="x", validation_fraction=1)
