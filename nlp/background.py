"""Background: what a large unlabelled pool of news knows about words, as numbers small enough to ship.

How many documents each word stands in, and a hundred directions along which words go together (truncated singular
value decomposition of TF-IDF). A theme's weights are learnt on the words and on the directions and then folded into
one weight a word, so a word that no labelled story has can still speak for a theme, and every decision stays a plain
sum over words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from nlp.document import Document
from nlp.errors import ModelError
from nlp.features import token_strings

Floats = NDArray[np.float64]

FILE = "background.npz"
"""Its name in a folder of models."""

DIRECTIONS = 100  # 50, 100, 150 and 300: mean average precision on real news 0.864, 0.873, 0.871, 0.868; none 0.853
_LEAST = 8
_MOST = 0.5


@dataclass(frozen=True)
class Background:
    """``words`` in order, the ``frequencies`` of each among ``documents`` documents, ``directions`` × words."""

    words: tuple[str, ...]
    frequencies: NDArray[np.int64]
    documents: int
    directions: Floats

    @classmethod
    def of(cls, documents: Sequence[Document], seed: int = 0) -> Background:
        """The background that ``documents`` give; some ten thousand of them take half a minute."""
        not_blank = r"\S+"
        vectoriser = TfidfVectorizer(
            token_pattern=not_blank, lowercase=False, sublinear_tf=True, min_df=_LEAST, max_df=_MOST
        )
        features = csr_matrix(vectoriser.fit_transform(token_strings(documents)))
        frequencies = np.asarray(features.getnnz(axis=0), dtype=np.int64)
        found = TruncatedSVD(min(DIRECTIONS, features.shape[1] - 1), n_iter=5, random_state=seed).fit(features)
        words = tuple(str(word) for word in vectoriser.get_feature_names_out())
        return cls(words, frequencies, len(documents), np.asarray(found.components_, dtype=np.float64))

    def save(self, path: Path) -> None:
        """Write it as ``path`` (.npz, no pickles); the directions are rounded to half precision."""
        np.savez_compressed(
            path,
            allow_pickle=False,
            words=np.frombuffer("\n".join(self.words).encode(), dtype=np.uint8),
            frequencies=self.frequencies.astype(np.int32),
            documents=np.array(self.documents, dtype=np.int64),
            directions=self.directions.astype(np.float16),
        )

    @classmethod
    def load(cls, path: Path) -> Background:
        """The background that ``save`` wrote; raises ``ModelError`` for any other file."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                words = tuple(stored["words"].tobytes().decode().split("\n"))
                found = cls(
                    words,
                    stored["frequencies"].astype(np.int64),
                    int(stored["documents"]),
                    stored["directions"].astype(np.float64),
                )
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise ModelError(f"{path}: is not a background of words: {error}") from error
        if found.directions.ndim != 2 or not (
            len(words) == len(found.frequencies) == found.directions.shape[1] and np.isfinite(found.directions).all()
        ):
            raise ModelError(f"{path}: its words, frequencies and directions do not belong together")
        return found

    def vectoriser(self, training: Iterable[str]) -> tuple[TfidfVectorizer, Floats]:
        """A TF-IDF over its own words and those of the token strings ``training``, and the directions in its columns.

        Document frequencies are those of both together, so a word of the theme that the pool hardly has stays rare.
        """
        seen: Counter[str] = Counter()
        count = 0
        for tokens in training:
            seen.update(set(tokens.split()))
            count += 1
        known = dict(zip(self.words, self.frequencies.tolist(), strict=True))
        # As without a background: a word of one story alone says nothing.
        fresh = sorted(word for word, times in seen.items() if word not in known and times >= 2)
        fresh = [word for word in fresh if seen[word] <= _MOST * count]
        words = [*self.words, *fresh]
        frequencies = np.array([known.get(word, 0) + seen[word] for word in words], dtype=np.float64)
        not_blank = r"\S+"
        made = TfidfVectorizer(token_pattern=not_blank, lowercase=False, sublinear_tf=True, vocabulary=words)
        made.idf_ = np.log((1 + self.documents + count) / (1 + frequencies)) + 1
        directions = np.zeros((len(self.directions), len(words)))
        directions[:, : len(self.words)] = self.directions
        return made, directions
