"""Background: what a large unlabelled pool of news knows about words, as numbers small enough to ship.

How many documents each word stands in, and a hundred directions along which words go together (truncated singular
value decomposition of TF-IDF). A theme's weights are learnt on the words and on the directions and then folded into
one weight a word, so a word that no labelled story has can still speak for a theme, and every decision stays a plain
sum over words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.arrays import pack, read_bounded, unpack
from nlp.document import Document
from nlp.errors import ModelError, NlpError
from nlp.features import token_strings
from nlp.vocabulary import LEAST, MOST, Vocabulary, document_frequencies, inverse_frequencies

Floats = NDArray[np.float64]

FILE = "background.npz"
"""Its name in a folder of models."""

DIRECTIONS = 100  # 50, 100, 150 and 300: mean average precision on real news 0.864, 0.873, 0.871, 0.868; none 0.853
_LEAST = 8  # documents of the pool that hold a word
_LARGEST: Final = 256 << 20  # bytes of a file; the shipped one has 2.7 million
_FIELDS: Final = {
    "words": ("|u1", (None,)),
    "frequencies": ("<i4", (None,)),
    "documents": ("<i8", (1,)),
    "directions": ("<f2", (None, None)),
}


@dataclass(frozen=True)
class Background:
    """``words`` in order, the ``frequencies`` of each among ``documents`` documents, ``directions`` × words."""

    words: tuple[str, ...]
    frequencies: NDArray[np.int64]
    documents: int
    directions: Floats

    @classmethod
    def of(cls, documents: Iterable[Document], seed: int = 0) -> Background:
        """The background that ``documents`` give; some ten thousand of them take half a minute.

        They are taken one by one: memory holds their counts. The directions are rounded to half precision, as they are
        stored, so what is learnt with it does not depend on whether it was stored in between. Raises ``NlpError``
        where fewer than two words stand in ``_LEAST`` documents or more.
        """
        # Loaded here: who tags needs no scikit-learn.
        from scipy.sparse import csr_matrix
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        from threadpoolctl import threadpool_limits

        not_blank = r"\S+"
        vectoriser = TfidfVectorizer(
            token_pattern=not_blank, lowercase=False, sublinear_tf=True, min_df=_LEAST, max_df=MOST
        )
        try:
            features = csr_matrix(vectoriser.fit_transform(token_strings(documents)))
        except ValueError as error:  # scikit-learn's word for an empty vocabulary
            raise NlpError(_too_few(0)) from error
        if features.shape[1] < 2:
            raise NlpError(_too_few(features.shape[1]))
        frequencies = np.asarray(features.getnnz(axis=0), dtype=np.int64)
        with threadpool_limits(1):  # the same bytes on every number of cores
            count = min(DIRECTIONS, *(size - 1 for size in features.shape))
            found = TruncatedSVD(count, n_iter=5, random_state=seed).fit(features)
        words = tuple(str(word) for word in vectoriser.get_feature_names_out())
        return cls(words, frequencies, features.shape[0], found.components_.astype(np.float16).astype(np.float64))

    def encoded(self) -> bytes:
        """The bytes of its file: the same background always gives the same ones."""
        return pack(
            {
                "words": np.frombuffer("\n".join(self.words).encode(), dtype=np.uint8),
                "frequencies": self.frequencies.astype(np.int32),
                "documents": np.array([self.documents], dtype=np.int64),
                "directions": self.directions.astype(np.float16),
            }
        )

    def digest(self) -> str:
        """The SHA-256 of ``encoded``, by which a model names the background it was learnt with."""
        return hashlib.sha256(self.encoded()).hexdigest()

    def save(self, path: Path) -> None:
        """Write it as ``path``, in the place of what is there; nothing is left half written."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".unfinished-{path.name}")
        try:
            unfinished.write_bytes(self.encoded())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> Background:
        """The background that ``save`` wrote; raises ``ModelError`` for any other file."""
        stored = unpack(path, read_bounded(path, _LARGEST), _FIELDS)
        try:
            words = tuple(stored["words"].tobytes().decode().split("\n"))
        except UnicodeDecodeError as error:
            raise ModelError(f"{path}: its words are not UTF-8: {error}") from error
        documents, frequencies, directions = int(stored["documents"][0]), stored["frequencies"], stored["directions"]
        if not len(words) == len(frequencies) == directions.shape[1]:
            raise ModelError(
                f"{path}: its {len(words)} words, {len(frequencies)} frequencies and {directions.shape[1]} columns of "
                "directions do not belong together"
            )
        if len(set(words)) < len(words) or any(word.split() != [word] for word in words):
            raise ModelError(f"{path}: its words are not different words without blanks")
        if not ((frequencies > 0) & (frequencies <= documents)).all():
            raise ModelError(f"{path}: the frequencies of its words are not between 1 and its {documents} documents")
        return cls(words, frequencies.astype(np.int64), documents, directions.astype(np.float64))

    def vocabulary(self, counted: Sequence[Mapping[str, int]]) -> tuple[Vocabulary, Floats]:
        """The vocabulary of its own words and those of ``counted`` documents, and the directions in its columns.

        Document frequencies are those of both together, so a word of the theme that the pool hardly has stays rare.
        """
        seen, count = document_frequencies(counted), len(counted)
        known = dict(zip(self.words, self.frequencies.tolist(), strict=True))
        # As without a background: a word of one story alone says nothing.
        fresh = sorted(word for word, times in seen.items() if word not in known and LEAST <= times <= MOST * count)
        words = (*self.words, *fresh)
        frequencies = np.array([known.get(word, 0) + seen[word] for word in words], dtype=np.float64)
        directions = np.zeros((len(self.directions), len(words)))
        directions[:, : len(self.words)] = self.directions
        return Vocabulary(words, inverse_frequencies(frequencies, self.documents + count)), directions


def _too_few(words: int) -> str:
    return f"a background needs two words or more that stand in {_LEAST} texts each, and the texts have {words}"
