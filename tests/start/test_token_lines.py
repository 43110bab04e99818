"""Columns of tokens with blank lines between sentences, in files of any extension; other files are none."""

import pytest

from intertask.start.sniffing import read_unknown
from intertask.start.token_lines import are_span_tags, detect_token_lines

SENTENCES = [
    [("Anna", "B-PER"), ("Berg", "I-PER"), ("sleeps", "O"), (".", "O")],
    [("The", "O"), ("harbor", "O"), ("of", "O"), ("Oslo", "B-LOC")],
    [("Bo", "B-PER"), (",", "O"), ("wake", "O"), ("up", "O")],
]
TOKENS = [[token for token, _ in sentence] for sentence in SENTENCES]


def lines(separator: str = "\t", end: str = "\n", tags=str, between: str = "", middle: str = "") -> str:
    parts = [
        "".join(f"{token}{separator}{middle}{tags(tag)}{end}" for token, tag in sentence) for sentence in SENTENCES
    ]
    return (between + end).join(parts)


def quoted() -> str:
    return lines(",").replace(",,O", '",",O')


@pytest.mark.parametrize("name", ["x.tsv", "x.csv", "x.txt", "x.bio", "x.conll", "x", "x.iob2", "x.dat"])
@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (lines(), {}),
        (lines(" "), {}),
        (lines("   "), {}),
        (lines(end="\r\n"), {}),
        (lines(between="\t"), {}),
        (lines(middle="NN\t"), {}),
        (lines(" ", middle="NN -X- "), {}),
        ("-DOCSTART-\tO\n\n" + lines(), {}),
        ("# sentence 1\n" + lines(between="\n# sentence"), {}),
        (lines(tags=lambda tag: "O" if tag == "O" else tag[2:] + "-" + tag[0]), {}),
        (lines(tags=lambda tag: tag.replace("I-", "E-")), {}),
        (quoted(), {"delimiter": ",", "quoting": "minimal"}),
        (lines("|"), {"delimiter": "|", "quoting": "minimal"}),
        ("Word\tTag\n" + lines(), {"header": ["Word", "Tag"]}),
        ("token,label\n" + quoted(), {"delimiter": ",", "quoting": "minimal", "header": ["token", "label"]}),
    ],
)
def test_whatever_the_extension(tmp_path, name, text, keys):
    path = tmp_path / name
    path.write_bytes(text.encode())
    table, found, notes = read_unknown(path)
    expected = keys if name in ("x.bio", "x.conll", "x.iob2") else {"format": "conll"} | keys
    assert found == expected
    first = "Word" if "Word" in text else "token" if "token" in text else 0
    assert [row.values[first] for row in table.rows] == TOKENS
    assert "blank lines between sentences" in " ".join(notes) or name in ("x.bio", "x.conll", "x.iob2")


def test_tags_of_words_need_the_form_of_sentences(tmp_path):
    text = "\n".join("The\tDET\nold\tADJ\nharbor\tNOUN\n" for _ in range(4)).replace("old", "new", 1)
    assert detect_token_lines(text, is_table=True)[0] == {"format": "conll"}
    assert detect_token_lines(text.replace("old", "very old"), is_table=True) is None
    ten = "".join(f"{n}\tw{n}\tw\tNOUN\t_\t_\t0\troot\t_\t_\n" for n in (1, 2))
    assert detect_token_lines(f"{ten}\n{ten}", is_table=False)[0] == {"format": "conllu"}


def test_a_first_line_with_fewer_columns_is_no_header():
    keys, notes = detect_token_lines("Title\n" + "\n".join([lines()] * 3), is_table=True)
    assert keys == {"format": "conll"}
    assert "numbered from 0" in notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "text\tlabel\n" + "".join(f"row {n}\tgood\n" for n in range(20)),
        "text,label\n\n" + "".join(f"row {n},B-side\n\n" for n in range(20)),
        "One paragraph of text.\n\nAnother paragraph of the text.\n",
        "grade\tO\n" + "".join(f"{n}\tA\n" for n in range(20)),
        "",
    ],
)
def test_other_tables_are_no_tokens(text):
    assert detect_token_lines(text, is_table=True) is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["O", "B-X", "I-X"], True), (["O", "B", "I"], True), (["O", "X-B", "X-E"], True), (["B_X", "I_X", "O"], True),
        (["O", "O"], False), (["NN", "O", "VB"], False), (["good", "bad"], False), (["A", "B", "O"], False),
        ([], False),
    ],
)  # fmt: skip
def test_tags_of_spans(tags, expected):
    assert are_span_tags(tags) == expected
