"""Kinds of files: what a file is, whatever its name says."""

import io
import pickle
import zipfile

import pytest
from raw_rows import read

from intertask.errors import IntertaskError


def zipped(*names):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in names:
            archive.writestr(name, "text,label\nx,a\n")
    return sink.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped("reviews.csv"), "a zip archive that holds reviews.csv"),
        (zipped("word/document.xml"), "a Word document"),
        (zipped("mimetype", "content.xml"), "an OpenDocument file"),
        (zipped("a.npy"), "NumPy"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\n <!DOCTYPE html>\n<html>", "an HTML page"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (pickle.dumps([{"text": "x"}]), "a pickle"),
        (b"\x93NUMPY\x01\x00", "a NumPy array"),
        (b"text,label\nx\x00,a\n", "null bytes"),
    ],
)
def test_other_files_are_named(content, words, write):
    with pytest.raises(IntertaskError, match=words):
        read(write("train.csv", content))
