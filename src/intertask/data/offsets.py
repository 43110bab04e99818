"""Convert offsets of answers that count other units than characters."""

#: What offsets may count, in the order in which they are tried.
UNITS = ("characters", "lf", "crlf", "utf-16", "bytes")


def to_characters(context: str, offset: int, unit: str) -> int:
    """Convert an offset into one that counts characters.

    Args:
        context: The text.
        offset: Offset in the text, counted in ``unit``.
        unit: ``characters``; ``utf-16`` (code units); ``bytes`` (of UTF-8); ``lf`` (characters, with every line end as
            one); ``crlf`` (characters, with every line end as two).

    Returns:
        Offset in characters; -1 if the offset is beyond the text or inside a character.
    """
    if unit == "characters":
        return offset
    if unit in ("utf-16", "bytes"):
        encoding, size = ("utf-16-le", 2) if unit == "utf-16" else ("utf-8", 1)
        encoded = context.encode(encoding, "surrogatepass")
        if offset < 0 or offset * size > len(encoded):
            return -1
        try:
            return len(encoded[: offset * size].decode(encoding))
        except UnicodeDecodeError:
            return -1
    position = counted = 0
    while counted < offset and position < len(context):
        is_pair = context[position : position + 2] == "\r\n"
        is_end = is_pair or context[position] in "\r\n"
        counted += 2 if unit == "crlf" and is_end else 1
        position += 2 if is_pair else 1
    return position if counted == offset else -1
