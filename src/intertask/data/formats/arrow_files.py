"""Parquet and Arrow."""

import json
from typing import TYPE_CHECKING, Any

from ...errors import IntertaskError
from .table import RawRow, Table

if TYPE_CHECKING:
    import pyarrow as pa


def read_arrow(content: bytes, path: str, format_name: str) -> Table:
    """Read Parquet or Arrow IPC.

    Arrow IPC may be the file format (also Feather) or the stream format (as ``datasets`` writes).

    Args:
        content: Bytes of the file.
        path: Name of the file, for messages.
        format_name: 'parquet' or 'arrow'.

    Returns:
        The rows of the file, and the names of its labels if ``datasets`` wrote them into the metadata.

    Raises:
        IntertaskError: The file is damaged or has another format.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    read = pq.read_table if format_name == "parquet" else _read_ipc
    try:
        return table_of_arrow(read(pa.BufferReader(content)), path)
    except (pa.ArrowException, ValueError, OSError) as error:
        raise IntertaskError(
            f"The file is not in the {format_name} format, or it is damaged: {error}.",
            path,
            "write it again, or set 'data: format:'",
        ) from None


def _read_ipc(buffer: "pa.BufferReader") -> "pa.Table":
    """Table of an IPC file or stream."""
    import pyarrow as pa

    try:
        return pa.ipc.open_file(buffer).read_all()
    except pa.ArrowInvalid:
        buffer.seek(0)
        return pa.ipc.open_stream(buffer).read_all()


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
