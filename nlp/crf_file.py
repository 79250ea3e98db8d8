"""A CRFsuite model file, read as numpy arrays.

The layout is CRFsuite's (``crf1d_model.c``, ``cqdb.c``), little-endian: a header of 48 bytes, the chunk ``FEAT`` of
weights, two ``CQDB`` tables that number the labels and the attributes, then references by label and by attribute, which
say nothing that ``FEAT`` does not. The weights are read from ``FEAT`` because they are exact there: what
python-crfsuite prints of a model is rounded to six decimals.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import NlpError

_HEADER = struct.Struct("<4sI4s9I")
_CHUNK = struct.Struct("<4s2I")
_CQDB = struct.Struct("<4s5I")
_ENTRY = struct.Struct("<2I")
_FEATURE = np.dtype([("kind", "<u4"), ("source", "<u4"), ("target", "<u4"), ("weight", "<f8")])
_STATE, _TRANSITION = 0, 1
_BYTE_ORDER = 0x62445371


class CrfFileError(NlpError):
    """A model file that is not what CRFsuite writes."""


@dataclass(frozen=True, slots=True)
class CrfModel:
    """A linear-chain CRF: the weight of attribute a under label y is ``weights[attributes[a], y]``.

    ``transitions[y, z]`` is the weight of label z after label y. Both arrays are float64; what the file does not
    mention weighs nothing.
    """

    labels: tuple[str, ...]
    attributes: dict[str, int]
    weights: NDArray[np.float64]
    transitions: NDArray[np.float64]


def read_crf(path: Path) -> CrfModel:
    """The model in the CRFsuite file ``path``; ``CrfFileError`` names the file and the part that is not sound."""
    raw = path.read_bytes()
    if len(raw) < _HEADER.size:
        raise CrfFileError(f"{path}: has {len(raw)} bytes, a CRFsuite model at least its header of {_HEADER.size}")
    magic, size, kind, version, _, count, _, *offsets = _HEADER.unpack_from(raw)
    if (magic, kind, version) != (b"lCRF", b"FOMC", 100):
        raise CrfFileError(f"{path}: header says {magic!r}, {kind!r}, version {version}, not b'lCRF', b'FOMC', 100")
    if size != len(raw):
        raise CrfFileError(f"{path}: header says {size} bytes, the file has {len(raw)}")
    features_at, labels_at, attributes_at, _, _ = offsets
    features = _features(path, raw, features_at)
    labels = _names(path, raw, labels_at, "labels")
    attributes = _names(path, raw, attributes_at, "attributes")
    if len(labels) != count:
        raise CrfFileError(f"{path}: header says {count} labels, their CQDB table holds {len(labels)}")
    return CrfModel(
        labels=tuple(labels),
        attributes={name: number for number, name in enumerate(attributes)},
        weights=_matrix(path, features[features["kind"] == _STATE], (len(attributes), len(labels)), "state"),
        transitions=_matrix(path, features[features["kind"] == _TRANSITION], (len(labels), len(labels)), "transition"),
    )


def _features(path: Path, raw: bytes, at: int) -> NDArray[np.void]:
    if at + _CHUNK.size > len(raw):
        raise CrfFileError(f"{path}: chunk FEAT would begin at byte {at} of {len(raw)}")
    magic, size, count = _CHUNK.unpack_from(raw, at)
    if magic != b"FEAT":
        raise CrfFileError(f"{path}: chunk FEAT begins with {magic!r}")
    if size != _CHUNK.size + count * _FEATURE.itemsize or at + size > len(raw):
        raise CrfFileError(f"{path}: chunk FEAT says {size} bytes and {count} weights, which do not fit")
    features = np.frombuffer(raw, _FEATURE, count, at + _CHUNK.size)
    if not np.isin(features["kind"], (_STATE, _TRANSITION)).all():
        raise CrfFileError(f"{path}: chunk FEAT has a feature that is neither a state (0) nor a transition (1)")
    if not np.isfinite(features["weight"]).all():
        raise CrfFileError(f"{path}: chunk FEAT has a weight that is not a number")
    return features


def _names(path: Path, raw: bytes, at: int, what: str) -> list[str]:
    """The strings of a CQDB table in the order of their numbers."""
    if at + _CQDB.size > len(raw):
        raise CrfFileError(f"{path}: the CQDB table of {what} would begin at byte {at} of {len(raw)}")
    magic, size, _, order, count, back = _CQDB.unpack_from(raw, at)
    if (magic, order) != (b"CQDB", _BYTE_ORDER):
        raise CrfFileError(f"{path}: the CQDB table of {what} begins with {magic!r}, byte order {order:#x}")
    if at + size > len(raw) or back + 4 * count > size:
        raise CrfFileError(f"{path}: the CQDB table of {what} is cut off")
    return list(_entries(path, raw[at : at + size], np.frombuffer(raw, "<u4", count, at + back), what))


def _entries(path: Path, table: bytes, offsets: NDArray[np.uint32], what: str) -> Iterator[str]:
    for number, offset in enumerate(offsets.tolist()):
        begin = offset + _ENTRY.size
        if begin > len(table):
            raise CrfFileError(f"{path}: the CQDB table of {what} has entry {number} beyond its end")
        given, length = _ENTRY.unpack_from(table, offset)
        name = table[begin : begin + length]
        if given != number or len(name) != length or name[-1:] != b"\0":
            raise CrfFileError(f"{path}: the CQDB table of {what} has a damaged entry {number}")
        try:
            yield name[:-1].decode()
        except UnicodeDecodeError as error:
            raise CrfFileError(f"{path}: the CQDB table of {what} has entry {number} that is not UTF-8") from error


def _matrix(path: Path, features: NDArray[np.void], shape: tuple[int, int], what: str) -> NDArray[np.float64]:
    rows, columns = features["source"].astype(np.int64), features["target"].astype(np.int64)
    if ((rows >= shape[0]) | (columns >= shape[1])).any():
        raise CrfFileError(f"{path}: chunk FEAT has a {what} weight outside of {shape[0]} × {shape[1]}")
    if len(rows) and np.bincount(rows * shape[1] + columns).max() > 1:
        raise CrfFileError(f"{path}: chunk FEAT gives a {what} weight twice")
    made = np.zeros(shape)
    made[rows, columns] = features["weight"]
    return made
