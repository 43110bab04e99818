"""Profiles of the columns of made-up tables."""

import random

from intertask.data.formats import RawRow
from intertask.start.column_profile import ColumnProfile, profile_columns

WORDS = {"good": ["bright", "lovely", "clean", "friendly"], "bad": ["broken", "rude", "cold", "dirty"]}


def profiles(rows: list[dict]) -> list[ColumnProfile]:
    return profile_columns([RawRow(values, "file", number) for number, values in enumerate(rows, 1)])


def reviews(count: int = 120, **columns) -> list[dict]:
    """Texts that tell ``mood``; further columns are functions of the row's number."""
    draw, rows = random.Random(0), []
    for n in range(count):
        mood = draw.choice(["good", "bad"])
        text = f"the room was {draw.choice(WORDS[mood])} and the staff {draw.choice(WORDS[mood])}, visit {n}"
        made = {"text": text, "mood": mood}
        rows.append({name: made[value] if isinstance(value, str) else value(n) for name, value in columns.items()})
    return rows
