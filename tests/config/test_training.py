"""Models: their path or the model that they are like, and published adapters."""

import pytest
from pydantic import ValidationError

from intertask.config.training import Model, Training

PUBLISHED = {"path": "p", "adapters": "published"}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "give 'path'"),
        ({"like": "a", "adapter": "full"}, "adapter: a model that is 'like' another one may differ"),
        ({"like": "a", "training": {"source": {"epochs": 1}}}, "training.source: a model that is 'like'"),
        (PUBLISHED, r"published: name the repositories, with \{source\}"),
        (PUBLISHED | {"published": "x/y"}, r"published: name the repositories, with \{source\}"),
        (PUBLISHED | {"adapter": "full", "published": "x/{source}"}, "this model has 'adapter: full'"),
    ],
)
def test_models_that_do_not_fit_together(keys, message):
    with pytest.raises(ValidationError, match=message):
        Model(**keys)


def test_a_learning_rate_beyond_the_range_of_the_optimizer_is_refused():
    with pytest.raises(ValidationError, match="less than or equal to 100"):
        Training(learning_rate=1e38)


def test_models_that_fit():
    assert Model(like="a", training={"transfer": {"epochs": 1}}).training.transfer == {"epochs": 1}
    assert Model(**PUBLISHED, published="x/{source}").adapters == "published"


def test_defaults_are_those_of_the_paper():
    training = Training()
    assert (training.learning_rate, training.epochs, training.patience) == (1e-4, 15, 4)
