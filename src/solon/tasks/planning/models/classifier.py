"""Which class of constraint a paragraph states: words and pairs of words, and one linear score for each class.

An averaged perceptron (Freund and Schapire 1999) counts in whole numbers, so training is the same on every machine and
needs nothing but NumPy. It is the second stage of the study of Li and others (2023), where a language model is tuned.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from solon.contract import Value
from solon.tasks.planning.models import lexicon, paragraphs
from solon.tasks.planning.models.paragraph_forms import CLASSES

_EPOCHS: Final = 10
_TOKEN: Final = re.compile(r"[a-z]+|#")
_NUMBERS: Final = re.compile(r"\d[\d,.]*\d|\d")
_THINGS: Final = re.compile(
    r"\b(?:" + "|".join(sorted({*lexicon.PLURAL, *lexicon.SINGULAR}, key=len, reverse=True)) + r")\b", re.IGNORECASE
)


Weights = npt.NDArray[np.int64]


class Paragraph(Value, frozen=True):
    """A sentence, the number of its class, and which of the class's forms wrote it."""

    text: str
    label: int
    form: str


def generate(count: int, seed: int) -> list[Paragraph]:
    """Return sentences, equally many of each kind of fact; equal arguments give equal ones."""
    dice = random.Random(f"paragraphs/{seed}")  # noqa: S311 - reproducible on purpose
    kinds, found = tuple(CLASSES), list[Paragraph]()
    while len(found) < count:
        kind = kinds[len(found) % len(kinds)]
        owner = dice.choice(tuple(paragraphs.VERBS))
        fact = paragraphs.draw_one(dice, kind, owner)
        forms = paragraphs.SOURCE.forms.forms[kind]
        chosen = dice.choice(forms)
        if fact is not None and chosen.fits(fact, paragraphs.VERBS[owner]):
            text = chosen.write(fact, paragraphs.VERBS[owner])
            found.append(Paragraph(text, CLASSES[kind], f"{kind}/{forms.index(chosen)}"))
    return found


@lru_cache(maxsize=20_000)
def features(text: str) -> tuple[str, ...]:
    """Return the words and pairs of neighbouring words of a text; numbers are ``#``, known things ``thing``."""
    plain = _THINGS.sub("thing", _NUMBERS.sub("#", text)).lower()
    words = ["^", *_TOKEN.findall(plain), "$"]
    return (*words[1:-1], *(f"{one} {other}" for one, other in pairwise(words)))


class Classifier:
    """A trained classifier; see ``train``."""

    def __init__(self, vocabulary: dict[str, int], weights: Weights, labels: Sequence[int]) -> None:
        self._vocabulary, self._weights, self._labels = vocabulary, weights, tuple(labels)

    def classify(self, texts: Sequence[str]) -> list[int]:
        """Return the class of each text."""
        rows = (_row(text, self._vocabulary) for text in texts)
        return [self._labels[int(self._weights[row].sum(axis=0).argmax())] for row in rows]


def train(sample: Sequence[Paragraph]) -> Classifier:
    """Return a classifier trained on a sample. Raises ValueError for an empty one."""
    if not sample:
        raise ValueError("there is nothing to train on; generate some paragraphs first")
    seen = Counter(feature for paragraph in sample for feature in set(features(paragraph.text)))
    kept = sorted(feature for feature, count in seen.items() if count > 1)
    vocabulary = {feature: place for place, feature in enumerate(kept)}
    labels = sorted({paragraph.label for paragraph in sample})
    rows = [(_row(paragraph.text, vocabulary), labels.index(paragraph.label)) for paragraph in sample]
    weights: Weights = np.zeros((len(kept) + 1, len(labels)), np.int64)
    # the mean of the weights over all steps, as a sum: each change counts for the steps that are left
    mean: Weights = np.zeros_like(weights)
    dice, left = random.Random("epochs"), _EPOCHS * len(rows)  # noqa: S311 - reproducible on purpose
    for _ in range(_EPOCHS):
        dice.shuffle(rows)
        for row, label in rows:
            guess = int(weights[row].sum(axis=0).argmax())
            if guess != label:
                for column, change in ((label, 1), (guess, -1)):
                    weights[row, column] += change
                    mean[row, column] += change * left
            left -= 1
    return Classifier(vocabulary, mean, labels)


def _row(text: str, vocabulary: dict[str, int]) -> list[int]:
    """Return the places of a text's features, each once; the last place is in every text."""
    return [*sorted({vocabulary[it] for it in features(text) if it in vocabulary}), len(vocabulary)]


def cross_validate(sample: Sequence[Paragraph], folds: int = 5, *, unseen_forms: bool = False) -> float:
    """Return the share of paragraphs that are classified right by classifiers that have not seen them.

    With ``unseen_forms`` no classifier has seen the *form* of a sentence that it is asked about, which is the harder
    and the more honest question for text that is generated from forms.
    """
    forms = sorted({paragraph.form for paragraph in sample})
    dice = random.Random("folds")  # noqa: S311 - reproducible on purpose
    dice.shuffle(forms)
    fold_of_form = {form: place % folds for place, form in enumerate(forms)}
    fold = [fold_of_form[it.form] if unseen_forms else place % folds for place, it in enumerate(sample)]
    right = 0
    for left_out in range(folds):
        held = [it for it, own in zip(sample, fold, strict=True) if own == left_out]
        classifier = train([it for it, own in zip(sample, fold, strict=True) if own != left_out])
        given = classifier.classify([it.text for it in held])
        right += sum(label == it.label for label, it in zip(given, held, strict=True))
    return right / len(sample)
