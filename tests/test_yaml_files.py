"""YAML and JSON files of users: what is read, and one message with the line for everything else."""

import time
from pathlib import Path

import pytest

from intertask.errors import IntertaskError
from intertask.yaml_files import MAX_DEPTH, MAX_VALUES, line_of, read_yaml

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)

#: Content, a part of the message, and the number of the line (None: the message is about the file).
FAULTS = {
    "a flow that is not closed": ("type: [\n", "not valid YAML", 2),
    "a quotation mark that is not closed": ("a: 1\nb: 'it\nc: 2\nd: 3\n", "a quotation mark is not closed", 2),
    "a double one": ('a: 1\nb: "it\nc: 2\n', "a quotation mark is not closed", 2),
    "a tab": ("a:\n  b: 1\n\tc: 2\n", "the line contains a tab", 3),
    "a colon too many": ("a: b: c\n", "not valid YAML", 1),
    "an alias without an anchor": ("a: *b\n", "undefined alias", 1),
    "a merge of no mapping": ("a: {<<: 3}\n", "not valid YAML", 1),
    "a control character": ("a: 1\nb: \x07\n", "a control character", None),
    "two documents": ("a: 1\n---\na: 2\n", "more than one YAML document", 2),
    "a list": ("- a\n- b\n", "does not consist of 'key: value' lines", None),
    "a text": ("sources\n", "does not consist of 'key: value' lines", None),
    "nothing": ("", "does not consist of 'key: value' lines", None),
    "other bytes than UTF-8": ("a: 1\nb: café\n".encode("latin-1"), "not UTF-8 text", 2),
    "UTF-16": ("a: 1\n".encode("utf-16"), "not UTF-8 text", 1),
    "a key twice": ("a: 1\nb: 2\na: 3\n", "The key 'a' is listed twice, first in line 1", 3),
    "a key twice, deep": ("t:\n- {u: {v: 1,\n  v: 2}}\n", "The key 'v' is listed twice, first in line 2", 3),
    "a key twice, through an alias": ("x: &k a\n*k : 1\na: 2\n", "The key 'a' is listed twice, first in line 1", 3),
    "a key twice, in two words for true": ("true: 1\nyes: 2\n", "The key 'yes' is listed twice", 2),
    "a merge twice": ("x: &m {a: 1}\ny: {<<: *m, <<: *m}\n", "The key '<<' is listed twice", 2),
    "a key twice in JSON": ('{"a": 1,\n\t"a": 2}', "The key 'a' is listed twice, first in line 1", 2),
    "a list as a key": ("? [a]\n: 1\n", "a key is a list or a mapping", 1),
    "infinity": ("a:\n  rate: .inf\n", "a.rate: '.inf' is not a finite decimal number", 2),
    "minus infinity": ("a: -.INF\n", "'-.INF' is not a finite decimal number", 1),
    "no number": ("a: [1, .nan]\n", "a.1: '.nan' is not a finite decimal number", 1),
    "a number beyond floats": ("a: 1.0e+400\n", "'1.0e+400' is not a finite decimal number", 1),
    "underscores": ("a: 1_000\n", "a: YAML reads '1_000' as another number", 1),
    "underscores in a float": ("a: 1_0.5\n", "'1_0.5' is not a finite decimal number", 1),
    "hexadecimal": ("a: 0x10\n", "a: YAML reads '0x10' as another number", 1),
    "octal": ("a: 010\n", "a: YAML reads '010' as another number", 1),
    "binary": ("a: 0b11\n", "a: YAML reads '0b11' as another number", 1),
    "sexagesimal": ("a: 1:30\n", "a: YAML reads '1:30' as another number", 1),
    "a sexagesimal float": ("a: 1:30.5\n", "'1:30.5' is not a finite decimal number", 1),
    "such a number as a key": ("1_0: a\n", "a key: YAML reads '1_0' as another number", 1),
    "such a number with a tag": ('a: !!int "1_000"\n', "a: YAML reads '1_000' as another number", 1),
    "5,000 digits": (f"a: 1\nb: {'9' * 5000}\n", "b: the number '9999", 2),
    "a date": ("a: 2020-01-01\n", "a: YAML reads '2020-01-01' as a date", 1),
    "an equals sign": ("a: [=]\n", "a.0: YAML reads '=' as a special value", 1),
    "a tag of Python": ("a: !!python/name:os.system\n", "a: the tag python/name:os.system is not supported", 1),
    "a set": ("a: !!set {b, c}\n", "a: the tag set is not supported", 1),
    "brackets": (f"a: 1\nb: {'[' * 100_000}", f"More than {MAX_DEPTH} lists and mappings", 2),
    "braces": ("{" * 100_000, f"More than {MAX_DEPTH} lists and mappings", 1),
    "levels": ("".join(f"{' ' * n}a:\n" for n in range(99)), f"More than {MAX_DEPTH} lists", MAX_DEPTH + 1),
    "JSON without end": ('{"a":' * 100_000, f"More than {MAX_DEPTH} lists and mappings", 1),
    "an alias of itself": ("a: &x [1, *x]\n", "the value contains an alias of itself", 1),
    "a mapping that contains itself": ("a: &x\n  b: {c: *x}\n", "the value contains an alias of itself", 1),
    "aliases of aliases": (LAUGHS, f"more than {MAX_VALUES:,} values", 7),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_one_message_with_its_line(name, tmp_path):
    content, message, line = FAULTS[name]
    path = tmp_path / "mine.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    began = time.monotonic()
    with pytest.raises(IntertaskError) as error:
        read_yaml(path)
    assert time.monotonic() - began < 5
    assert message in error.value.what and error.value.fix
    if line:
        assert error.value.where == f"{path}, line {line}"
    assert str(path) in error.value.where


@pytest.mark.parametrize(
    ("content", "values"),
    [
        (b"\xef\xbb\xbfa: 1\r\nb: x\r\n", {"a": 1, "b": "x"}),
        (b"a: [-3, +4, 0, 0.5, .5, 5., 1.5e-3]\n", {"a": [-3, 4, 0, 0.5, 0.5, 5.0, 0.0015]}),
        (b"a: ['010', \"1:30\", '1_000', '.inf']\n", {"a": ["010", "1:30", "1_000", ".inf"]}),
        (b"x: &m {a: 1, b: 2}\ny: {<<: *m, a: 3}\n", {"x": {"a": 1, "b": 2}, "y": {"b": 2, "a": 3}}),
        (b"x: &l [a, b]\ny: *l\n", {"x": ["a", "b"], "y": ["a", "b"]}),
        (b'{\n\t"a": 1e5, "b": "\\ud83d\\ude00\\/", "c": null\n}', {"a": 100000.0, "b": "\U0001f600/", "c": None}),
    ],
)
def test_what_is_read(content, values, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    assert read_yaml(path) == values


def test_what_is_no_readable_file(tmp_path, monkeypatch):
    with pytest.raises(IntertaskError, match="There is no file"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(IntertaskError, match="is not a file"):
        read_yaml(tmp_path)
    (tmp_path / "a.yaml").write_text("a: 1\n")

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(IntertaskError, match=r"cannot be read: Permission denied"):
        read_yaml(tmp_path / "a.yaml")


def test_lines_of_keys(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("a: 1\nb:\n  c:\n  - x\n  - y: 2\nm: &m {k: 1}\nn:\n  <<: *m\n", encoding="utf-8")
    keys = {("a",): 1, ("b", "c", 1, "y"): 5, ("b", "c", 0): 4, ("b", "none"): 2, ("none",): None, ("n", "k"): 6}
    assert {key: line_of(path, key) for key in keys} == keys
    assert line_of(tmp_path / "none.yaml", ["a"]) is None


def test_100_000_lines_are_read_within_seconds(tmp_path):
    path = tmp_path / "many.yaml"
    names = [f"source_{number}" for number in range(100_000)]
    path.write_text("sources:\n" + "".join(f"- {name}\n" for name in names), encoding="utf-8")
    began = time.monotonic()
    assert read_yaml(path) == {"sources": names}
    assert time.monotonic() - began < 10
