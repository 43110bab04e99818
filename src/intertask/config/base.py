"""What every section of a configuration shares: strict models, names, one value or a list, and plain error messages."""

import re
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidatorFunctionWrapHandler,
    WrapSerializer,
    WrapValidator,
    model_validator,
)

from ..artifacts import NO_SOURCE
from .renamed import rename_keys

#: Largest integer of a setting that is no seed. Libraries hold lengths, counts and steps as 32-bit numbers.
MAX_INTEGER = 2**31 - 1

_EXPONENT = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+")


def plain_name(name: str) -> str:
    """Check that a name can be the name of a folder under ``results/``.

    Args:
        name: Name of a task, a model or a setting.

    Returns:
        The name, unchanged.

    Raises:
        ValueError: The name has other characters than letters, digits, '.', '_' and '-', begins with one of the last
            three, or is 'none', the name of the transfer without a source.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ValueError(
            f"{name!r} cannot be the name of a folder; use letters, digits, '.', '_' and '-', and begin with a letter "
            "or a digit"
        )
    if name == NO_SOURCE:
        raise ValueError("'none' is the name of the transfer without a source; choose another name")
    return name


def _task_name(name: str) -> str:
    """Check that a name can be the name of a folder and of an adapter."""
    if "." in plain_name(name):
        raise ValueError(
            f"{name!r} contains a '.', but the name of a task is also the name of its adapter, and the adapters "
            "library allows no '.' there; use '-' or '_'"
        )
    return name


def _read_exponent(value: Any) -> Any:
    """Read ``1e-4`` as a number. YAML 1.1 does so only with a decimal point and a sign, as in ``1.0e-4``."""
    return float(value) if isinstance(value, str) and _EXPONENT.fullmatch(value) else value


#: A name that becomes a folder or a file under ``results/``.
Name = Annotated[str, AfterValidator(plain_name)]
#: The name of a task, which becomes a folder and an adapter.
TaskName = Annotated[str, AfterValidator(_task_name)]
#: An integer. A boolean, a text and 1.0 are none.
Integer = Annotated[int, Field(strict=True)]
Positive = Annotated[int, Field(strict=True, ge=1, le=MAX_INTEGER)]
NonNegative = Annotated[int, Field(strict=True, ge=0, le=MAX_INTEGER)]
#: A seed of all random number generators; NumPy has the smallest range.
Seed = Annotated[int, Field(strict=True, ge=0, le=2**32 - 1)]
#: A finite number. A boolean and a text are none.
Number = Annotated[float, BeforeValidator(_read_exponent), Field(strict=True, allow_inf_nan=False)]
PositiveNumber = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0), BeforeValidator(_read_exponent)]
#: A learning rate. A larger one is a mistake, and the optimizer could not represent its steps.
LearningRate = Annotated[PositiveNumber, Field(le=100)]
#: true or false. The numbers 0 and 1 and texts such as 'off' are none.
Boolean = Annotated[bool, Field(strict=True)]
#: Name of a canonical column -> the column of the data, several columns of the data, or None for no column.
ColumnMap = dict[str, str | Integer | list[str | Integer] | None]


class SingleValue(list):
    """A list of one value that the user wrote without brackets. It is dumped as the user wrote it."""


def _as_list(value: Any, validate_list: ValidatorFunctionWrapHandler) -> list:
    """Turn a value without brackets into a list of one."""
    return validate_list(value) if isinstance(value, list | tuple) else SingleValue(validate_list([value]))


def _as_written(values: list, dump_list: SerializerFunctionWrapHandler) -> Any:
    """Dump a list as the user wrote it, so that a recipe does not depend on how the code holds the value."""
    dumped = dump_list(values)
    return dumped[0] if isinstance(values, SingleValue) else dumped


def one_or_more(item: Any) -> Any:
    """Make the type of a key that takes one value or a list in the YAML, and always holds a list in the code.

    Args:
        item: Type of one value.

    Returns:
        The annotation of the key.
    """
    return Annotated[
        list[item], WrapValidator(_as_list, json_schema_input_type=item | list[item]), WrapSerializer(_as_written)
    ]


Strings = one_or_more(str)


class Strict(BaseModel):
    """A section of a YAML file. Unknown keys are errors, and values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Old name of a key -> its name today.
    former_names: ClassVar[dict[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _rename_keys(cls, values: Any) -> Any:
        """Accept the old names of keys."""
        return rename_keys(values, cls.former_names)
