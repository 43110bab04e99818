"""Lengths of texts in words, also in scripts that put no blanks between words."""

import re

#: Letters and signs of the scripts that put no blanks between words: Chinese, Japanese, Thai, Lao, Tibetan, Burmese,
#: Khmer, Tai and Javanese.
_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua980-\ua9ff\uaa60-\uaa7f\uaa80-\uaadf\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f"
    "\U00020000-\U000323af]"
)
#: Characters of these scripts that count as one word. The mean is between 1.5 (Chinese) and 4 (Thai with its vowel
#: signs); short texts must not count as single words.
CHARACTERS_PER_WORD = 2


def count_words(text: str) -> float:
    """Count the words of a text.

    Args:
        text: Any text.

    Returns:
        The number of parts between blanks. In scripts without blanks, :data:`CHARACTERS_PER_WORD` characters count as
        one word.
    """
    parts = text.split()
    if text.isascii():
        return len(parts)
    unspaced = count_unspaced(text)
    others = sum(not _UNSPACED.search(part) for part in parts) if unspaced else len(parts)
    return max(len(parts), others + unspaced / CHARACTERS_PER_WORD)


def count_unspaced(text: str) -> int:
    """Count the characters of scripts that put no blanks between words.

    Args:
        text: Any text.
    """
    return 0 if text.isascii() else len(_UNSPACED.findall(text))
