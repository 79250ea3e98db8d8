"""Arrays in a file: a plain zip of ``.npy`` members (``numpy.load`` reads it), written alike and read with suspicion.

The same arrays are always the same bytes: no times, no compression (whose bytes change with the library that does
it). Nothing is unpickled, and since nothing is compressed, nothing that is read is larger than the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nlp.errors import ModelError

Array = NDArray[Any]
Shape = tuple[int | None, ...]

_MOMENT: Final = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold
_UNIX, _READABLE = 3, 0o644 << 16
_MAGIC: Final = b"\x93NUMPY\x01\x00"
# The header is compared, not evaluated: numpy's own reader takes many spellings, and breaks with errors and warnings
# of Python's tokeniser on others.
_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '(?P<type>[<>|=]\w{1,8})', 'fortran_order': (?P<order>True|False), "
    rb"'shape': \((?P<shape>(?:\d{1,15},? ?){0,4})\), \} *\n",
    re.DOTALL,
)


def pack(arrays: Mapping[str, Array]) -> bytes:
    """``arrays`` as the bytes of a file, in their order; the same arrays always give the same bytes."""
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = BytesIO()
            little = array.astype(array.dtype.newbyteorder("<"), order="C")
            npy.write_array(member, little, version=(1, 0), allow_pickle=False)
            info = ZipInfo(f"{name}.npy", _MOMENT)
            info.create_system, info.external_attr = _UNIX, _READABLE
            archive.writestr(info, member.getvalue())
    return whole.getvalue()


def unpack(path: Path, data: bytes, expected: Mapping[str, tuple[str, Shape]]) -> dict[str, Array]:
    """The arrays in ``data``, which was read from ``path``; they cannot be written to.

    ``expected`` maps each name, in the file's order, to its type (``<f8``) and shape, where None is any length. Raises
    ``ModelError`` for anything else: another member, another type or shape, a compressed or damaged member, a value
    that is not a finite number.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if (found := [member.filename for member in members]) != [f"{name}.npy" for name in expected]:
                raise ModelError(f"{path}: holds {found}, expected the arrays {', '.join(expected)} and nothing else")
            for member in members:
                # Stored as it is: what will be read is in the file already, whatever the directory declares.
                if member.compress_type != ZIP_STORED or member.file_size > len(data):
                    raise ModelError(
                        f"{path}: {member.filename} is compressed or declares {member.file_size} bytes in a file of "
                        f"{len(data)}; arrays of ours are stored as they are"
                    )
            raw = {name: archive.read(member) for name, member in zip(expected, members, strict=True)}
    # RuntimeError: a member that says it is encrypted; NotImplementedError is one, too.
    except (BadZipFile, EOFError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"{path}: is not a file of arrays, or is damaged: {error}") from error
    return {name: _array(path, name, raw[name], *expected[name]) for name in expected}


def _array(path: Path, name: str, raw: bytes, dtype: str, shape: Shape) -> Array:
    header = _HEADER.match(raw)
    start = len(_MAGIC) + 2 + int.from_bytes(raw[len(_MAGIC) : len(_MAGIC) + 2], "little")
    if header is None or header.end() != start:
        raise ModelError(f"{path}: {name} is not an array as numpy writes it (.npy version 1.0)")
    found = header["type"].decode()
    given = tuple(int(size) for size in re.findall(rb"\d+", header["shape"]))
    if found.endswith("O"):
        raise ModelError(f"{path}: {name} holds pickled objects, which a model of ours never has; it is not loaded")
    same = len(given) == len(shape) and all(want in {None, have} for want, have in zip(shape, given, strict=True))
    if found != dtype or not same or header["order"] != b"False":
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise ModelError(f"{path}: {name} must be {dtype} of shape ({wanted}), got {found} of shape {given}")
    kind = np.dtype(dtype)
    if len(raw) - start != prod(given) * kind.itemsize:
        raise ModelError(f"{path}: {name} declares the shape {given}, and has {len(raw) - start} bytes")
    array: Array = np.frombuffer(raw, dtype=kind, offset=start).reshape(given)
    if kind.kind == "f" and not np.isfinite(array).all():
        raise ModelError(f"{path}: {name} holds a value that is not a number")
    return array


def read_bounded(path: Path, most: int) -> bytes:
    """The bytes of the file ``path``; raises ``ModelError`` where it is missing, no file, or longer than ``most``."""
    if not path.is_file():
        raise ModelError(f"{path}: there is no such file")
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ModelError(f"{path}: is longer than {most} bytes, more than a file of its kind ever has")
    return data
