"""Find the encoding of a text file: by its byte order mark, by trying UTF-8, or by comparing the usual encodings."""

import codecs
import re
from collections.abc import Iterable
from typing import NamedTuple

from ...errors import IntertaskError

#: Byte order marks. That of UTF-32 begins with that of UTF-16, so it is compared first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Encodings that files have in practice. Of those that give the same text, the first is named.
_CANDIDATES = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "iso8859_15", "iso8859_2",
    "iso8859_5", "iso8859_7", "koi8_r", "koi8_u", "cp866", "mac_roman", "cp850", "cp852", "gb18030", "big5", "cp932",
    "euc_jp", "euc_kr",
)  # fmt: skip
#: Python's codecs of text that are no encodings of files.
_NOT_FOR_FILES = ("undefined", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "mbcs", "oem")
#: Number of bytes, of lines that are not ASCII, that are compared.
_SAMPLE = 50_000
#: Letters beyond a-z of each language: text in a wrong encoding mixes letters that no language has together.
_WESTERN = ("äöüß", "àâæçéèêëîïôœùûüÿ", "áéíóúüñçàïòèªº", "àèéìíîòóù", "áâãàçéêíóôõúü", "äåöéàü", "æøåéòôó",
            "áéëïèóöüú", "áéíóúýþæðö", "äöõšžü")  # fmt: skip
_ALPHABETS = (
    *_WESTERN, "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "čćđšž", "çğıöşüâîû\u0307",
    "āčēģīķļņōŗšūž", "ąčęėįšųūž", "абвгдежзийклмнопрстуфхцчшщъыьэюяё", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "абвгдеёжзійклмнопрстуўфхцчшыьэюя", "абвгдђежзијклљмнњопрстћуфхцчџш", "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",
)  # fmt: skip
_LETTER = r"[^\W\d_]"
_LATIN = "[A-Za-z\xc0-\u024f]"
_OTHER_SCRIPT = "[\u0370-\u0e7f]"
#: What is not found in text: a sign within a word, or a rare one before it ('pok¹j', '¶wiat'), or scripts within one
#: word ('Grφίe'). Marks that are written above or below a letter, hyphens and apostrophes are no such signs.
_ODD = re.compile(
    rf"{_LETTER}[^\w\s\x00-\x7f’‘·–—…‐‑ـ־\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0e31-\u0e4e]{_LETTER}"
    rf"|[¶¬¦¤¨¸¯¹²³¼½¾±×÷†‡‰]{_LETTER}|{_LATIN}{_OTHER_SCRIPT}|{_OTHER_SCRIPT}{_LATIN}"
)
#: Control characters, private ones, and lines of which frames are drawn.
_NEVER = re.compile("[\x80-\x9f\ufffd\ue000-\uf8ff\u2500-\u259f]")
_IDEOGRAPHS = re.compile("[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]+")


class Detected(NamedTuple):
    """The encoding of a text.

    Attributes:
        encoding: Name of the encoding; None if it is unclear.
        candidates: Encodings that fit, each with a line of the text as it reads, if several fit.
        stray: Whether the text is UTF-8 except for some bytes.
    """

    encoding: str | None
    candidates: dict[str, str] = {}  # noqa: RUF012 - a default of a named tuple is never changed
    stray: bool = False

    def readings(self) -> str:
        """Say how the text reads in each candidate, for messages."""
        read = [f"{name}, in which it reads {text!r}" for name, text in list(self.candidates.items())[:3]]
        return "; or ".join(read) or "latin-1"


def check_encoding(name: str, where: str) -> str:
    """Return Python's name of an encoding of text.

    Args:
        name: The encoding as the user wrote it.
        where: Where the user wrote it, for the message.

    Returns:
        The name; 'utf-8-sig' for UTF-8, since a byte order mark is not part of the first column's name.

    Raises:
        IntertaskError: There is no such encoding, or it does not turn bytes into text.
    """
    fix = "name one that Python knows, for example utf-8, cp1252, utf-16 or gb18030"
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):  # ValueError: a null character
        raise IntertaskError(f"There is no encoding {name!r:.60}.", where, fix) from None
    python_name = codec.name.replace("-", "_")
    if not codec._is_text_encoding or python_name in _NOT_FOR_FILES:
        raise IntertaskError(f"{name!r} is not an encoding of text files.", where, fix)
    return "utf-8-sig" if python_name in ("utf_8", "utf_8_sig") else codec.name


def marked_encoding(content: bytes) -> str | None:
    """Return the encoding that a byte order mark states; None without a mark.

    Args:
        content: The first bytes of a file.
    """
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)


def detect(content: bytes) -> Detected:
    """Find the encoding of a text.

    Args:
        content: The bytes of a text, or the beginning of a longer one.

    Returns:
        The encoding, or what is known of it.
    """
    if (marked := marked_encoding(content)) is not None:
        return Detected(marked)
    if wide := _wide_encoding(content):
        return Detected(wide)
    # The last bytes may be the beginning of a character.
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(content)
    escaped = len(re.findall("[\udc80-\udcff]", text))
    if not escaped:
        return Detected("iso2022_jp" if re.search(r"\x1b\$[@B]", text) else "utf-8")
    if len(re.findall("[^\x00-\x7f\udc80-\udcff]", text)) > escaped:
        return Detected(None, stray=True)
    return _compare(content)


def _wide_encoding(content: bytes) -> str | None:
    """UTF-16 without a byte order mark, in which every second byte of Western text is null."""
    sample = content[:_SAMPLE]
    half = len(sample) // 2
    if half < 4 or sample.count(0) < half / 2:
        return None
    odd = sample[1::2].count(0)
    if odd > 0.5 * half and sample[::2].count(0) < 0.02 * half:
        return "utf-16-le"
    return "utf-16-be" if odd < 0.02 * half else None


def _compare(content: bytes) -> Detected:
    """Compare the texts that the candidates give."""
    from charset_normalizer import from_bytes

    lines = [line for line in content[: 100 * _SAMPLE].split(b"\n")[:-1] or [content] if not line.isascii()]
    sample = b"\n".join(lines or [content])[:_SAMPLE]
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    # An encoding that fits is one that decodes everything, not only the sample.
    fitting = [name for name in _CANDIDATES if _decodes(content, name)]
    matches = list(from_bytes(sample, cp_isolation=fitting, preemptive_behaviour=False)) if fitting else []
    # Names of several languages in one file, as in a list of people, look like no language.
    for alphabets in (_ALPHABETS, ["".join(_WESTERN)]):
        found: dict[str, tuple[str, float, float]] = {}  # text -> encoding, disorder, likeness to a language
        for match in matches:
            names = {match.encoding, *match.could_be_from_charset}
            name = min((name for name in names if name in _CANDIDATES), key=_CANDIDATES.index)
            if (text := str(match)) not in found and _is_plausible(text, alphabets):
                found[text] = (name, match.chaos, match.coherence)
        if found:
            break
    chaos = min((chaos for _, chaos, _ in found.values()), default=0) + 0.1
    coherence = max((coherence for _, _, coherence in found.values()), default=0) - 0.1
    candidates = {name: _example(text) for text, (name, a, b) in found.items() if a <= chaos and b >= coherence}
    # Files of the classic Mac OS are rare, and its accented letters are other accented letters in cp1252.
    candidates = {n: text for n, text in candidates.items() if not n.startswith("mac")} or candidates
    return Detected(next(iter(candidates)) if len(candidates) == 1 else None, candidates)


def _decodes(content: bytes, encoding: str) -> bool:
    """Whether a text, perhaps without its end, is valid in an encoding."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(content)
    except UnicodeDecodeError:
        return False
    return True


def _is_plausible(text: str, alphabets: Iterable[str]) -> bool:
    """Whether a text looks like one of a language: one alphabet, ordinary case, no signs within words."""
    if _NEVER.search(text):
        return False
    ideographs = _IDEOGRAPHS.findall(text)
    if ideographs:
        # A Western letter and the one after it look like one ideograph.
        return sum(len(run) for run in ideographs if len(run) > 1) > 0.7 * sum(map(len, ideographs))
    if len(_ODD.findall(text)) > 0.002 * len(text):
        return False
    letters = [letter for letter in re.findall(_LETTER, text) if not letter.isascii()]
    cased = [letter for letter in letters if letter.lower() != letter.upper()]
    if not cased:
        return True
    lower, all_letters = set("".join(cased).lower()), re.findall(_LETTER + "+", text)
    capitals = sum(letter.isupper() for word in all_letters for letter in word[1:] if not letter.isascii())
    capitals += sum(word[0].isupper() and not word[1:2].islower() for word in all_letters if not word[0].isascii())
    if capitals > 0.5 * len(cased) or (capitals and len(cased) < 10):
        return False
    share = max(sum(letter.lower() in alphabet for letter in cased) for alphabet in alphabets) / len(cased)
    # Foreign names bring single letters of another language, but a file of a few letters has no room for them.
    return share == 1 or (len(lower) > 5 and share > 0.97)


def _example(text: str) -> str:
    """The first words of a text that are not ASCII."""
    return " ".join(word for word in text.split() if not word.isascii())[:40]
