"""Words in the names of columns, and shares."""

from column_profiles import profiles

from intertask.start.guessing.guess import LABEL_WORDS, is_named, share


def test_names_are_compared_word_by_word():
    star_rating, starting = profiles([{"StarRating": 1, "starting": 2}])
    assert is_named(star_rating, LABEL_WORDS) and not is_named(starting, LABEL_WORDS)


def test_the_share_of_no_rows_is_zero():
    assert (share([True, False]), share([])) == (0.5, 0.0)
