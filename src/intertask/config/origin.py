"""Settings under a task's ``data:``: where its rows are and how the files are read."""

import re
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from .base import ColumnMap, Number, Positive, Strict, Strings, one_or_more

#: Keys of a location that newer versions added. Without a value they are no part of a recipe, so that the results of an
#: earlier version remain valid.
NEW_KEYS = ("skip_lines", "sentence_column", "decimal", "thousands", "offsets")
#: Keys that say where rows are; the other keys of a location say how they are read.
LOCATION_KEYS = ("files", "hub", "config", "revision", "splits", "hub_files", "download")
FORMATS = ("csv", "tsv", "json", "jsonl", "parquet", "arrow", "xlsx", "conll", "conllu", "squad")


class Files(Strict):
    """Files of each split. Paths are relative to the YAML file that names them."""

    train: Strings = Field(
        description="Path of the file with the training split, or a list of paths. Several files are joined in order."
    )
    validation: Strings | None = Field(
        None,
        description="Path of the file with the validation split, or a list of paths. By default, a part of the "
        "training split is set aside (`validation_fraction`).",
    )


class Splits(Strict):
    """Names of the splits of a Hub dataset."""

    train: Strings = Field(
        "train",
        validate_default=True,
        description="Name of the split to train on, or a list of names. Several splits are joined in order.",
    )
    validation: Strings | None = Field(
        "validation",
        validate_default=True,
        description="Name of the split to compute scores on, or a list of names. With null, a part of the training "
        "split is set aside.",
    )


class Download(Strict):
    """A file at a published address."""

    url: str = Field(description="Address of the file, with https, http or ftp.")
    sha256: str | None = Field(
        None,
        description="SHA-256 of the file at the address, as 64 hexadecimal digits in lower case. A file "
        "with another checksum is refused. By default, any file is accepted.",
    )
    member: str | None = Field(
        None,
        description="Path, or pattern, of the files to read from a zip or tar archive. Matching files are read in "
        "sorted order.",
    )

    @model_validator(mode="after")
    def _check_values(self) -> Self:
        """Check the address and the sum."""
        if not re.match(r"(https?|ftp)://", self.url):
            raise ValueError(f"{self.url!r} is not an address; begin it with https://")
        try:
            parts = urlsplit(self.url)
            is_valid = bool(parts.hostname) and parts.port != 0 and not re.search(r"[\s\0-\x1f\x7f]", self.url)
        except ValueError:
            is_valid = False
        if not is_valid:
            raise ValueError(f"{self.url!r} is not a valid address; encode blanks as %20, and check host and port")
        if self.sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError("sha256: expected 64 hexadecimal digits in lower case")
        return self


class Downloads(Strict):
    """Published files of each split."""

    train: one_or_more(Download) = Field(
        description="File with the training split, or a list of files. Several files are joined in order."
    )
    validation: one_or_more(Download) | None = Field(
        None,
        description="File with the validation split, or a list of files. By default, a part of the training split is "
        "set aside.",
    )


class Origin(Strict):
    """One location of a task's rows: the user's files, a dataset of the Hugging Face Hub, or published files."""

    files: Files | None = Field(None, description="The user's own files.")
    hub: str | None = Field(
        None, description="Id of a Hub dataset, or the path of a local folder that is laid out like one."
    )
    config: str | None = Field(None, description="Name of the configuration (subset) of the Hub dataset.")
    revision: str | None = Field(
        None, description="Commit, tag or branch of the Hub dataset. By default, its main branch."
    )
    splits: Splits = Field(Splits(), description="Which splits of the Hub dataset to read.")
    hub_files: Files | None = Field(
        None,
        description="Files of the Hub repository, or patterns of their names, to read instead of its splits. They are "
        "read like the user's own files.",
    )
    download: Downloads | None = Field(None, description="Files at published addresses.")
    format: Literal[FORMATS] | None = Field(
        None, description="Format of the files. By default, the extension of each file decides."
    )
    encoding: str = Field(
        "utf-8",
        description="Encoding of text files, for example cp1252 or gb18030. UTF-16 with a byte order mark is "
        "recognized.",
    )
    delimiter: str | None = Field(
        None,
        description="Text between two columns of a csv, tsv or conll file. By default, a comma in csv, a tab in tsv "
        "and any white space in conll.",
    )
    quoting: Literal["minimal", "none"] | None = Field(
        None,
        description="Whether quotation marks enclose fields (`minimal`) or are ordinary characters (`none`). By "
        "default, `minimal` for csv and `none` for tsv, as in GLUE's files.",
    )
    header: list[str] | None = Field(
        None,
        description="Names of the columns of a csv, tsv or conll file that has no header. By default, the first line; "
        "the columns of conll files are numbered. A conll file may begin with a line of these names.",
    )
    skip_lines: Positive | None = Field(
        None, description="Number of lines above the header of a csv or tsv file, for example of a title."
    )
    sentence_column: str | None = Field(
        None,
        description="Column that numbers or names the sentences in a table with one token per row. The rows of a "
        "sentence become one row, whose columns are lists; a row without a value belongs to the sentence above it.",
    )
    decimal: Literal[",", "."] | None = Field(
        None, description="Sign before the decimals of labels that are numbers. By default, a point."
    )
    thousands: Literal[",", ".", " ", "'", "_"] | None = Field(
        None,
        description="Sign between groups of three digits in labels that are numbers; a blank stands for any kind of "
        "blank. By default, none.",
    )
    offsets: Literal["characters", "utf-16", "bytes", "lf", "crlf"] | None = Field(
        None,
        description="What the offsets of answers count: characters (the default), UTF-16 units (`utf-16`), bytes of "
        "UTF-8 (`bytes`), or characters with every line end as one (`lf`) or two (`crlf`).",
    )
    records: str | None = Field(
        None,
        description="Key of the list of rows in a json file, with dots between levels, for example 'data'; name of the "
        "sheet of an xlsx file. By default, the only list of objects, and the first sheet.",
    )
    shape: str | None = Field(
        None,
        description="Name of a function that rewrites rows before `columns` is applied (docs/paper-tasks.md).",
    )

    @model_validator(mode="after")
    def _check_one_location(self) -> Self:
        """Check that exactly one location is given, with at least one file, split or address."""
        named = {"files": self.files, "splits": self.splits, "hub_files": self.hub_files, "download": self.download}
        for key, parts in named.items():
            if parts is not None and not parts.train:
                raise ValueError(f"'{key}: train:' is empty; name at least one")
        if sum(place is not None for place in (self.files, self.hub, self.download)) != 1:
            raise ValueError(
                "give exactly one of 'files' (your own files), 'hub' (a Hub dataset) and 'download' (published files)"
            )
        if self.hub_files is not None and self.hub is None:
            raise ValueError("'hub_files' are files of a Hub repository; name the repository with 'hub'")
        if self.thousands is not None and self.thousands == (self.decimal or "."):
            raise ValueError("'decimal' and 'thousands' are the same sign")
        return self


class Alternative(Origin):
    """Another location of the same rows. Without `columns` or `labels`, those of the task apply."""

    columns: ColumnMap | None = Field(
        None, description="Columns of the data at this location. By default, as in the task."
    )
    labels: list[str] | None = Field(
        None, description="Names of the labels at this location. By default, as in the task."
    )


class Data(Origin):
    """Where the rows of a task are."""

    alternatives: list[Alternative] = Field(
        default_factory=list,
        description="Fallback locations, tried in order when the one above is unavailable. The first that works is "
        "used.",
    )
    validation_fraction: Number = Field(
        0.2,
        gt=0,
        lt=1,
        description="Share of the training split that becomes the validation split if the data has none.",
    )


class PublishedRows(Strict):
    """Numbers of rows according to the dataset's author, for estimates before the data is available."""

    train: Positive = Field(description="Number of rows of the training split.")
    validation: Positive | None = Field(None, description="Number of rows of the validation split.")
