"""Grammar of reviews: most concede something, and the main clause decides."""

import re
from collections.abc import Sequence
from random import Random


def sentence(text: str) -> str:
    """Capital letter first, one full stop last."""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".?!" else text + "."


#: domain -> (subject, what is good about it, what is bad about it)
JUDGEMENTS: dict[str, list[tuple[str, Sequence[str], Sequence[str]]]] = {
    "phone": [
        ("the screen", ["is bright", "shows every colour", "stays readable in sunlight"],
         ["flickers", "is far too dim", "scratches at once"]),
        ("the battery", ["lasts two days", "charges within the hour", "never lets me down"],
         ["failed within a month", "drains overnight", "gets dangerously hot"]),
        ("the camera", ["takes sharp pictures", "is wonderful at night", "focuses quickly"],
         ["blurs every picture", "is useless in the dark", "refuses to focus"]),
        ("the speaker", ["sounds rich", "is loud and clear", "carries music well"],
         ["crackles", "sounds tinny", "buzzes on every call"]),
        ("the keyboard", ["is quick to learn", "guesses my words well", "feels precise"],
         ["misses half my letters", "is maddening", "lags behind my fingers"]),
        ("the case", ["feels solid", "survived a nasty fall", "fits the hand nicely"],
         ["cracked on day one", "feels cheap", "slips out of my hand"]),
        ("the software", ["runs smoothly", "is a joy to use", "gets regular updates"],
         ["crashes daily", "is full of adverts", "froze during every update"]),
        ("the charger", ["works flawlessly", "is small and handy", "came with a long cable"],
         ["broke after a week", "smells burnt", "does not fit properly"]),
        ("the reception", ["is strong everywhere", "holds up in the cellar", "is reliable on trains"],
         ["drops constantly", "is hopeless indoors", "vanishes in the countryside"]),
        ("the support line", ["answered kindly", "solved my problem", "replied the same day"],
         ["ignored my letters", "was rude", "hung up on me twice"]),
    ],
    "hotel": [
        ("the room", ["was spotless", "had a splendid view", "felt cosy and quiet"],
         ["was filthy", "looked onto a wall", "stank of smoke"]),
        ("the bed", ["was heavenly", "let us sleep like children", "had crisp linen"],
         ["sagged badly", "kept us awake", "had stained sheets"]),
        ("the breakfast", ["was generous", "tasted delicious", "offered fresh fruit"],
         ["was stale", "tasted of nothing", "ran out by eight"]),
        ("the staff", ["greeted us warmly", "went out of their way", "fixed the heating promptly"],
         ["shrugged at our complaint", "lost our luggage", "kept us waiting for ages"]),
        ("the pool", ["was refreshing", "sparkled", "was kept at a pleasant warmth"],
         ["was freezing", "was full of leaves", "was closed all week"]),
        ("the bathroom", ["gleamed", "had plenty of hot water", "was roomy"],
         ["was mouldy", "had no hot water", "flooded every morning"]),
        ("the location", ["was ideal", "suited us perfectly", "was peaceful"],
         ["was miserable", "was miles from anywhere", "was noisy at night"]),
        ("the bill", ["was fair", "held no surprises", "was lower than expected"],
         ["was outrageous", "listed things we never had", "was twice the quoted price"]),
        ("the restaurant", ["served excellent fish", "was worth every penny", "impressed us"],
         ["served cold soup", "made us ill", "disappointed us"]),
        ("the garden", ["was enchanting", "was beautifully kept", "delighted the children"],
         ["was neglected", "was a building site", "was overrun with wasps"]),
    ],
}  # fmt: skip

OPENERS: dict[str, list[str]] = {
    "phone": ["after a month of use", "compared with my old one", "for the price", "on my daily commute",
              "to be honest", "as a gift for my mother", "having owned three of these"],
    "hotel": ["on our second visit", "during our stay in May", "for a short weekend", "after a long drive",
              "travelling with two children", "as returning guests", "in the new wing"],
}  # fmt: skip

#: {m}: main clause, which is what the writer thinks in the end; {s}: what is conceded.
CONCESSIONS = [
    "although {s}, {m}",
    "{m}, although {s}",
    "even though {s}, {m}",
    "{m}, even though {s}",
    "{s}, but {m}",
    "{s}, yet {m}",
    "while {s}, {m}",
    "{m}, even if {s}",
    "granted, {s}; still, {m}",
    "{m}, and never mind that {s}",
]
AGREEMENTS = ["{m}, and {s}", "{m}; what is more, {s}", "not only that {s}: {m} too", "{s}, so all in all {m}"]


def _clauses(rng: Random, domain: str, first_good: bool, second_good: bool) -> tuple[str, str]:
    one, two = rng.sample(JUDGEMENTS[domain], 2)
    return tuple(
        f"{subject} {rng.choice(good if is_good else bad)}"
        for (subject, good, bad), is_good in ((one, first_good), (two, second_good))
    )


def review(rng: Random, domain: str, good: bool, conceding: float = 0.75) -> str:
    """A review whose main clause is ``good`` or not; most concede the opposite in a subordinate clause."""
    concedes = rng.random() < conceding
    main, side = _clauses(rng, domain, good, good != concedes)
    text = rng.choice(CONCESSIONS if concedes else AGREEMENTS).format(m=main, s=side)
    if rng.random() < 0.5:
        text = f"{rng.choice(OPENERS[domain])}, {text}"
    return sentence(text)


def reviewed_things(rng: Random, domain: str) -> list[tuple[str, str]]:
    """Words of a review with their tags: what is judged is a THING, the opener an OCCASION; opinions have no tag."""
    words = re.findall(r"\w+|[^\w\s]", review(rng, domain, rng.random() < 0.5))
    opener = next((o.split() for o in OPENERS[domain] if words[: len(o.split())] == sentence(o)[:-1].split()), [])
    nouns = {subject.split()[-1] for subject, *_ in JUDGEMENTS[domain]}
    tags = [f"{'I' if number else 'B'}-OCCASION" for number in range(len(opener))]
    tags += ["B-THING" if word in nouns else "O" for word in words[len(opener) :]]
    return list(zip(words, tags, strict=True))
