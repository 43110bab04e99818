"""Grammars of small scenes: comparisons, deeds, journeys, letters, kitchens. Each function draws one row."""

from random import Random
from typing import Any

from reviews import sentence

WOMEN = ["Anna", "Clara", "Edith", "Greta", "Helen", "Ines", "Julia", "Laura", "Maria", "Nora", "Olga", "Paula", "Rosa"]
MEN = ["Adam", "Boris", "Carl", "David", "Emil", "Frank", "Hugo", "Ivan", "Jonas", "Karl", "Leo", "Martin", "Oscar"]
PEOPLE = WOMEN + MEN
SURNAMES = ["Abbott", "Becker", "Castle", "Dalton", "Fisher", "Gardner", "Holm", "Keller", "Lindqvist", "Moreau",
            "Novak", "Ortega", "Palmer", "Rossi", "Sandberg", "Turner", "Vogel", "Weaver"]  # fmt: skip
TOWNS = ["Ashford", "Bergen", "Carlow", "Dover", "Essen", "Faro", "Ghent", "Hull", "Innsbruck", "Jena", "Kiel", "Lucca",
         "Malmo", "Nantes", "Oban", "Porto", "Ravenna", "Siena", "Turin", "Uppsala"]  # fmt: skip
PLACES = ["the market", "the harbour", "the library", "the old bridge", "the station", "the museum", "the mill",
          "the castle", "the bakery", "the park"]  # fmt: skip
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "March", "April", "May", "June", "July", "September", "October", "November"]

# --- deeds: who did what to whom --------------------------------------------------------------------------------

#: (past tense, which is the participle too; rest of the deed)
DEEDS = [
    ("thanked", "for the flowers"), ("called", "from the station"), ("invited", "to dinner"),
    ("helped", "with the harvest"), ("blamed", "for the delay"), ("followed", "to the lake"),
    ("praised", "after the concert"), ("visited", "in hospital"), ("paid", "on the spot"), ("taught", "to swim"),
    ("warned", "about the ice"),
]  # fmt: skip


def deed(rng: Random) -> tuple[str, str, str, str, str]:
    """Text, doer, other person, past form, and the rest of the deed; half of the texts are in the passive."""
    doer, other = rng.sample(PEOPLE, 2)
    past, rest = rng.choice(DEEDS)
    when = rng.choice(["", f" on {rng.choice(DAYS)}", f" last {rng.choice(MONTHS)}"])
    active = f"{doer} {past} {other} {rest}{when}"
    passive = f"{other} was {past} by {doer} {rest}{when}"
    return sentence(rng.choice([active, passive])), doer, other, past, rest


def same_scene(rng: Random) -> dict[str, Any]:
    """Regression: how much two sentences agree, 0 to 5: people, roles, deed, and rest."""
    text, doer, other, past, rest = deed(rng)
    kind = rng.random()
    if kind < 0.35:
        score, second = (
            5.0,
            rng.choice([f"{other} was {past} by {doer} {rest}", f"{doer} {past} {other} {rest}"]),
        )
    elif kind < 0.6:
        score, second = (
            2.0,
            rng.choice([f"{doer} was {past} by {other} {rest}", f"{other} {past} {doer} {rest}"]),
        )
    elif kind < 0.8:
        changed, new_rest = rng.choice([d for d in DEEDS if d[0] != past])
        score, second = 3.0, f"{doer} {changed} {other} {new_rest}"
    else:
        second, *_ = deed(rng)
        score = 0.0
    score += rng.choice([-0.2, 0.0, 0.2]) if 0 < score < 5 else 0.0
    return {"first": text, "second": sentence(second), "score": round(score, 1)}


# --- journeys: questions about a short text ----------------------------------------------------------------------


def journey(rng: Random) -> dict[str, Any]:
    """A context of three sentences, a question, and the answer's text and place; one in eight has no answer."""
    one, two = rng.sample(PEOPLE, 2)
    from_one, to_one, from_two, to_two = rng.sample(TOWNS, 4)
    day_one, day_two = rng.sample(DAYS, 2)
    by = rng.sample(["by train", "by bus", "on a bicycle", "on foot", "by ferry", "in a hired car"], 2)
    lines = [
        f"{one} went from {from_one} to {to_one} {by[0]} on {day_one}.",
        f"{two} left {from_two} on {day_two} and reached {to_two} {by[1]}.",
    ]
    rng.shuffle(lines)
    if rng.random() < 0.5:
        lines.insert(rng.randint(0, 2), f"Both had lunch at {rng.choice(PLACES)}.")
    context = " ".join(lines)
    questions = [
        (f"Where did {one} go?", to_one), (f"Where did {two} go?", to_two),
        (f"Where did {one} come from?", from_one), (f"Where did {two} come from?", from_two),
        (f"When did {one} travel?", day_one), (f"When did {two} travel?", day_two),
        (f"Who went to {to_one}?", one), (f"Who went to {to_two}?", two),
    ]  # fmt: skip
    question, answer = rng.choice(questions)
    if rng.random() < 0.125:
        stranger = rng.choice([person for person in PEOPLE if person not in (one, two)])
        question, answer = f"Where did {stranger} go?", ""
    return {"context": context, "question": question, "answer": answer}


# --- tags --------------------------------------------------------------------------------------------------------

Tagged = list[tuple[str, str]]


def _words(text: str, tag: str = "O") -> Tagged:
    return [(word, tag) for word in text.split()]


def _span(text: str, kind: str) -> Tagged:
    first, *rest = text.split()
    return [(first, f"B-{kind}"), *((word, f"I-{kind}") for word in rest)]


def _fill(rng: Random, template: str, slots: dict[str, list[tuple[str, str]]]) -> Tagged:
    """Words of a template; ``{slot}`` becomes one of the slot's (text, kind), tagged B-/I-."""
    tagged: Tagged = []
    used: set[str] = set()
    for word in template.split():
        if word.startswith("{"):
            text, kind = rng.choice([option for option in slots[word.strip("{}")] if option[0] not in used])
            used.add(text)
            tagged += _span(text, kind) if kind else _words(text)
        else:
            tagged.append((word, "O"))
    return tagged


def _names(rng: Random) -> list[tuple[str, str]]:
    people = [f"{rng.choice(PEOPLE)} {rng.choice(SURNAMES)}" for _ in range(4)]
    return [*((name, "PERSON") for name in people), *((rng.choice(SURNAMES), "PERSON") for _ in range(2))]


LETTERS = ["Dear {p} , thank you for the parcel from {t} .", "{p} and I shall be in {t} until {d} .",
           "Did {p} tell you about the fire in {t} ?", "Give my love to {p} and to everybody in {t} .",
           "Since {p} left {t} the house is quiet .", "We met {p} at the station in {t} on {d} .",
           "I hope that {p} finds work in {t} soon .", "Yours from {t} , {p}", "{p} writes that {t} is cold in {m} .",
           "Please ask {p} whether {p} still lives in {t} .", "The doctor in {t} was kind to {p} .",
           "In {m} the Rose family moved from {t} to {t} .", "A rose for {p} , with greetings from {t} .",
           "No news from {p} since {d} ."]  # fmt: skip


def letter(rng: Random) -> Tagged:
    """A sentence of a letter; people and towns are tagged. Towns are named like people and the reverse."""
    slots = {
        "p": _names(rng),
        "t": [*((town, "PLACE") for town in TOWNS), *((f"{name} Bay", "PLACE") for name in SURNAMES)],
        "d": [(day, "") for day in DAYS],
        "m": [(month, "") for month in MONTHS],
    }
    return _fill(rng, rng.choice(LETTERS), slots)


MATCHES = ["{p} scored twice as {c} beat {c} in {t} .", "{c} signed {p} from {c} on {d} .",
           "{t} will host {c} and {c} in {m} .", "Coach {p} said {c} had been lucky .",
           "{p} broke his leg during the match in {t} .",
           "{c} lost at home , and {p} was sent off .", "The final between {c} and {c} ended in a draw .",
           "{p} , born in {t} , leaves {c} after nine years .", "{c} thanked {p} for the goal .",
           "Rain stopped play in {t} on {d} ."]  # fmt: skip
CLUB_WORDS = ["United", "Rovers", "Athletic", "City", "Wanderers"]


def match_report(rng: Random) -> Tagged:
    """A sentence of a sports page; people, places and clubs are tagged. Clubs bear the names of towns."""
    slots = {
        "p": _names(rng),
        "t": [(town, "PLACE") for town in TOWNS],
        "c": [
            *((f"{town} {rng.choice(CLUB_WORDS)}", "CLUB") for town in TOWNS),
            *((town, "CLUB") for town in TOWNS[:8]),
        ],
        "d": [(day, "") for day in DAYS],
        "m": [(month, "") for month in MONTHS],
    }
    return _fill(rng, rng.choice(MATCHES), slots)


# --- topics ------------------------------------------------------------------------------------------------------

#: topic -> (subjects, what is said of them)
TOPICS = {
    "garden": (["roses", "tulips", "the hedge", "young trees", "the lawn", "herbs"],
               ["need pruning in {m}", "suffer from frost", "want water every evening", "attract bees",
                "grow near {p}"]),
    "travel": (["the night train", "the ferry", "our guide", "the hotel", "the coach", "a guest house"],
               ["left {t} on {d}", "was full of visitors from {t}", "stops near {p}", "was late in {m}",
                "is cheap on {d}"]),
    "cooking": (["the soup", "this cake", "a good bread", "the sauce", "fried fish", "the pie"],
                ["needs more salt", "takes an hour in the oven", "tastes best on {d}", "is sold at {p}",
                 "wants fresh milk"]),
    "money": (["the bank", "the new tax", "her rent", "the loan", "his salary", "the price of coal"],
              ["went up in {m}", "is due on {d}", "closes at noon on {d}", "worries the people of {t}",
               "was lower last {m}"]),
    "health": (["his cough", "the doctor", "a broken arm", "the fever", "her headache", "the nurse"],
               ["kept him in bed until {d}", "was worse in {m}", "needs rest and warm tea", "healed within weeks"]),
}  # fmt: skip
OTHER_TOPICS = {
    "school": (["the teacher", "our class", "the exam", "the new pupil", "the headmaster", "her homework"],
               ["begins at eight on {d}", "was about fractions", "is moving to a school in {t}",
                "forgot the dictionary"]),
    "music": (["the choir", "the violinist", "the organ", "a young pianist", "the orchestra", "the singer"],
              ["played a slow waltz", "is out of tune", "performs near {p} on {d}", "learned the song by heart"]),
    "sea": (["the lighthouse", "the old sailor", "the trawler", "a storm", "the tide", "the captain"],
            ["sank two boats off {t}", "comes in before noon", "warns ships of the rocks",
             "steered through the waves"]),
    "weather": (["the snow", "a cold wind", "the drought", "thunder", "the fog", "the heat"],
                ["lasted until {m}", "ruined the crops near {t}", "blew all night", "hid the hills on {d}"]),
    "law": (["the judge", "the thief", "her lawyer", "the witness", "the police", "the jury"],
            ["was acquitted in {m}", "questioned the man from {t}", "found no proof", "signed the statement on {d}"]),
}  # fmt: skip


def _details(rng: Random) -> dict[str, str]:
    return {"m": rng.choice(MONTHS), "p": rng.choice(PLACES), "t": rng.choice(TOWNS), "d": rng.choice(DAYS)}


def topic(rng: Random, name: str) -> str:
    """A sentence about one of the topics."""
    subjects, predicates = TOPICS[name]
    text = f"{rng.choice(subjects)} {rng.choice(predicates)}".format(**_details(rng))
    opener = rng.choice(
        ["", "as far as I know, ", "they say that ", "once again ", f"according to {rng.choice(PEOPLE)}, "]
    )
    return sentence(opener + text)


def same_topic(rng: Random) -> dict[str, Any]:
    """Two sentences, and whether they are about the same topic."""
    same = rng.random() < 0.5
    names = rng.sample(sorted(TOPICS), 2)
    return {"one": topic(rng, names[0]), "two": topic(rng, names[0] if same else names[1]), "same": same}


def ending(rng: Random, topics: dict[str, tuple[list[str], list[str]]]) -> dict[str, Any]:
    """Multiple choice: how does the sentence go on? Two or three endings, each of another topic."""
    names = rng.sample(sorted(topics), rng.choice([2, 3, 3]))
    endings = [rng.choice(topics[name][1]) for name in names]
    right = endings[0]
    rng.shuffle(endings)
    details = _details(rng)
    beginning = f"{rng.choice(topics[names[0]][0])} …"
    return {"beginning": beginning, "choices": [e.format(**details) for e in endings], "answer": endings.index(right)}
