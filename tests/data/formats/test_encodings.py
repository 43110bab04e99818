"""Encodings: languages in the encodings of their files, and what is refused."""

import pytest

from intertask.data.formats.encodings import check_encoding, detect
from intertask.errors import IntertaskError

TEXTS = {
    "Das Frühstück war schön, das Bad groß;gut": ("cp1252", "cp850", "utf-16-le"),
    "Pokój był czysty, śniadanie świeże, łóżko złe;źle": ("cp1250", "iso8859_2"),
    "Очень хороший товар, плохой магазин;да": ("cp1251", "koi8_r", "cp866", "utf-16"),
    "Çok güzel bir otel, geniş, rahatsızdı, ğ;kötü": ("cp1254",),
    "Πολύ καλό ξενοδοχείο, κακό δωμάτιο;ναι": ("cp1253",),
    "酒店很好，房间干净，服务态度很差;好评": ("gb18030",),
    "ホテルはとても良かったです。部屋が汚い;悪い": ("cp932", "euc_jp", "iso2022_jp"),
    "호텔이 아주 좋았습니다 서비스가 나쁘고;좋음": ("cp949",),
}

UNCLEAR = ("cp1253", "cp932", "euc_jp", "cp949")


@pytest.mark.parametrize(("text", "encoding"), [(text, name) for text, names in TEXTS.items() for name in names])
def test_each_text_reads_as_it_was_written(text, encoding):
    text = "text;label\n" + "".join(f"{n}: {text}\n" for n in range(20))
    found = detect(text.encode(encoding))
    if found.encoding is None:  # unclear to the library; the right reading is offered
        assert encoding in UNCLEAR, found
    else:
        assert text.encode(encoding).decode(found.encoding) == text, found


def test_unclear_and_stray_bytes_are_not_guessed():
    unclear = detect("text\nnaïve and à la carte\n".encode("cp1252"))
    assert unclear.encoding is None and "'naïve à'" in unclear.readings()
    stray = detect("text\ndéjà vu à Paris\n".encode() + b"caf\xe9\n")
    assert stray.stray and stray.encoding is None


@pytest.mark.parametrize("name", ["undefined", "rot13", "base64", "punycode", "utf9", "", "a\0b", "unicode_escape"])
def test_what_is_no_encoding_of_text_is_refused(name):
    with pytest.raises(IntertaskError, match="encoding"):
        check_encoding(name, "data: encoding")
