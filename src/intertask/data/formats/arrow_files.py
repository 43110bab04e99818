"""Parquet and Arrow."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from ...errors import IntertaskError
from .streams import Budget
from .table import RawRow

if TYPE_CHECKING:
    import pyarrow as pa

#: Number of rows that are turned into Python's values at a time.
_ROWS = 256


class ArrowRows:
    """Rows of Parquet or Arrow IPC, read in batches.

    Arrow IPC may be the file format (also Feather) or the stream format (as ``datasets`` writes).

    Args:
        file: The file, in which one can seek.
        path: Name of the file, for messages.
        format_name: 'parquet' or 'arrow'.
        budget: Counts the bytes of the values.
        max_bytes: Number of bytes of values to read at most; None for all.

    Attributes:
        class_names: Names of the labels by column, if ``datasets`` wrote them into the metadata.
        is_cut: Whether :meth:`rows` ended at ``max_bytes``.

    Raises:
        IntertaskError: The file is damaged or has another format.
    """

    def __init__(self, file: BinaryIO, path: str, format_name: str, budget: Budget, max_bytes: int | None = None):
        self._path, self._format, self._budget, self._left = path, format_name, budget, max_bytes
        self.is_cut = False
        with self._explained():
            self._schema, self._batches = (_parquet if format_name == "parquet" else _ipc)(file)
        self.class_names = _label_names(self._schema)

    def rows(self) -> Iterator[RawRow]:
        """Yield the rows.

        Raises:
            IntertaskError: The file is damaged, or its values need too much memory.
        """
        names = self._schema.names
        if repeated := next((name for name, times in Counter(names).items() if times > 1), None):
            raise IntertaskError(f"Two columns are named {repeated!r}.", self._path, "rename one")
        number = 0
        with self._explained():
            for batch in self._batches:
                batch.validate(full=True)  # offsets that point out of the batch would end the process
                for start in range(0, batch.num_rows, _ROWS):
                    part = batch.slice(start, _ROWS)
                    columns = [_plain_column(column) for column in part.columns]
                    size = sum(column.nbytes for column in columns)
                    self._budget.spend(size)
                    for values in zip(*(column.to_pylist() for column in columns), strict=True):
                        number += 1
                        yield RawRow(dict(zip(names, values, strict=True)), self._path, number, "row")
                    if self._left is not None:
                        self._left -= size
                        self.is_cut = self._left <= 0
                    if self.is_cut:
                        return

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what pyarrow raises for a damaged file into one error."""
        import pyarrow as pa

        try:
            yield
        except MemoryError:
            raise
        except (pa.ArrowException, ValueError, OSError, TypeError, KeyError) as error:
            what = " ".join(str(error).split())[:300].rstrip(".")
            raise IntertaskError(
                f"The file is not in the {self._format} format, or it is damaged: {what}.",
                self._path,
                "write it again, or set 'data: format:'",
            ) from None


def _parquet(file: BinaryIO) -> tuple["pa.Schema", Iterator["pa.RecordBatch"]]:
    """Schema and batches of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Text that is stored once for many rows stays so in the memory until its rows are read.
    schema = pq.read_schema(file)
    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_binary(field.type)]
    file.seek(0)
    parquet = pq.ParquetFile(file, read_dictionary=texts, pre_buffer=False)
    return parquet.schema_arrow, parquet.iter_batches(batch_size=_ROWS)


def _ipc(file: BinaryIO) -> tuple["pa.Schema", Iterator["pa.RecordBatch"]]:
    """Schema and batches of an IPC file or stream."""
    import pyarrow as pa

    try:
        reader = pa.ipc.open_file(file)
    except pa.ArrowInvalid:
        file.seek(0)
        stream = pa.ipc.open_stream(file)
        return stream.schema, iter(stream)
    return reader.schema, (reader.get_batch(number) for number in range(reader.num_record_batches))


def _plain_column(column: "pa.Array") -> "pa.Array":
    """A column whose values are plain: dates, times and decimals become text, and so do bytes that are UTF-8."""
    import pyarrow as pa

    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _plain_column(column.storage)
    if pa.types.is_dictionary(kind):
        return _plain_column(column.dictionary_decode())
    if pa.types.is_temporal(kind) and not pa.types.is_duration(kind) and not pa.types.is_interval(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind):
        return column.cast(pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        try:
            return column.cast(pa.binary()).cast(pa.string())
        except pa.ArrowInvalid:
            return column  # bytes of an image, for example; only a column of text is refused for it
    return column


def _label_names(schema: "pa.Schema") -> dict[str, list[str]]:
    """Names of the labels by column, if the metadata has them as ``datasets`` writes them; odd metadata is ignored."""
    metadata: Any = (schema.metadata or {}).get(b"huggingface")
    try:
        for key in (None, "info", "features"):
            metadata = json.loads(metadata) if key is None else metadata.get(key, {})
        names = {column: _class_names(feature) for column, feature in metadata.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return {column: labels for column, labels in names.items() if labels}


def _class_names(feature: Any) -> list[str] | None:
    """Names of a ClassLabel, or of a sequence of them, in the JSON form of ``datasets``' features."""
    if isinstance(feature, list) and feature:
        return _class_names(feature[0])
    if isinstance(feature, dict):
        if feature.get("_type") == "ClassLabel":
            names = feature.get("names")
            return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else None
        return _class_names(feature.get("feature"))
    return None
