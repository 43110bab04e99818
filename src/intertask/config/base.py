"""What every section of a configuration shares: strict models, names, one value or a list, and plain error messages."""

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidatorFunctionWrapHandler,
    WrapSerializer,
    WrapValidator,
    model_validator,
)

from ..artifacts import NO_SOURCE
from ..errors import IntertaskError
from .renamed import rename_keys


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


#: A name that becomes a folder or a file under ``results/``.
Name = Annotated[str, AfterValidator(plain_name)]
#: The name of a task, which becomes a folder and an adapter.
TaskName = Annotated[str, AfterValidator(_task_name)]
Positive = Annotated[int, Field(ge=1)]
NonNegative = Annotated[int, Field(ge=0)]
#: Name of a canonical column -> the column of the data, several columns of the data, or None for no column.
ColumnMap = dict[str, str | int | list[str | int] | None]


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


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Args:
        path: The file, in UTF-8.

    Returns:
        Its keys and values.

    Raises:
        IntertaskError: The file is missing, is not UTF-8 text, is not YAML, or holds something else than keys.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        values = yaml.safe_load(text)
    except FileNotFoundError:
        raise IntertaskError(f"There is no file {path}.", path, "correct the path") from None
    except UnicodeDecodeError as error:
        raise IntertaskError(f"The file is not UTF-8 text: {error}.", path, "save the file as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise IntertaskError(
            f"The file is not valid YAML: {getattr(error, 'problem', error)}.", f"{path}{line}", "correct the line"
        ) from None
    if not isinstance(values, dict):
        raise IntertaskError("The file does not consist of 'key: value' lines.", path, "add the keys that are needed")
    return values
