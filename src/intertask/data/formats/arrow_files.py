"""Parquet and Arrow."""

import json
from typing import TYPE_CHECKING, Any

from ...errors import IntertaskError
from .table import RawRow, Table

if TYPE_CHECKING:
    import pyarrow as pa


def read_parquet(content: bytes, path: str) -> Table:
    """Read Parquet; names of labels come from the metadata that ``datasets`` writes.

    Args:
        content: Bytes of the file.
        path: Name of the file, for messages.

    Returns:
        The rows of the file, and the names of its labels if the metadata has any.

    Raises:
        IntertaskError: The file is damaged or has another format.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return table_of_arrow(pq.read_table(pa.BufferReader(content)), path)
    except (pa.ArrowException, ValueError, OSError) as error:
        raise IntertaskError(f"Not a parquet file: {error}.", path, "write it again, or set 'data: format:'") from None


def read_arrow(content: bytes, path: str) -> Table:
    """Read Arrow IPC: the file format (also Feather) or the stream format (as ``datasets`` writes).

    Args:
        content: Bytes of the file.
        path: Name of the file, for messages.

    Returns:
        The rows of the file, and the names of its labels if the metadata has any.

    Raises:
        IntertaskError: The file is damaged or has another format.
    """
    import pyarrow as pa

    try:
        try:
            table = pa.ipc.open_file(pa.BufferReader(content)).read_all()
        except pa.ArrowInvalid:
            table = pa.ipc.open_stream(pa.BufferReader(content)).read_all()
        return table_of_arrow(table, path)
    except (pa.ArrowException, ValueError, OSError) as error:
        raise IntertaskError(f"Not an arrow file: {error}.", path, "write it again, or set 'data: format:'") from None


def table_of_arrow(table: "pa.Table", path: str) -> Table:
    """Turn an Arrow table into rows.

    Args:
        table: The table.
        path: Name of its file, for messages.

    Returns:
        The rows, and the names of the labels if the table's metadata has any.

    Raises:
        pyarrow.ArrowException: Offsets point out of the table, as in a damaged file.
    """
    table.validate(full=True)
    rows = [RawRow(values, path, number, "row") for number, values in enumerate(table.to_pylist(), 1)]
    metadata = (table.schema.metadata or {}).get(b"huggingface")
    features = json.loads(metadata).get("info", {}).get("features", {}) if metadata else {}
    names = {column: _class_names(feature) for column, feature in features.items()}
    return Table(rows, {column: labels for column, labels in names.items() if labels})


def _class_names(feature: Any) -> list[str] | None:
    """Names of a ClassLabel, or of a sequence of them, in the JSON form of ``datasets``' features."""
    if isinstance(feature, list) and feature:
        return _class_names(feature[0])
    if isinstance(feature, dict):
        if feature.get("_type") == "ClassLabel":
            return feature.get("names")
        return _class_names(feature.get("feature"))
    return None
