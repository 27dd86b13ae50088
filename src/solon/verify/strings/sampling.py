"""Texts of a language drawn uniformly, and how much two languages have in common."""

import random

from solon.verify.strings.automaton import OCTETS, Automaton
from solon.verify.strings.charset import CharSet


class Sampler:
    """Draws texts of at most ``bound`` characters of an alphabet, each equally likely."""

    def __init__(self, automaton: Automaton, bound: int, *, alphabet: CharSet = OCTETS) -> None:
        self.automaton, self.alphabet = automaton, alphabet
        self.weights = automaton.weights(alphabet)
        ways = [dict.fromkeys(automaton.accepting, 1)]
        for _ in range(bound):
            shorter = ways[-1]
            ways.append(
                {
                    state: total
                    for state, row in enumerate(self.weights)
                    if (total := sum(weight * shorter.get(target, 0) for target, weight in row))
                }
            )
        self.ways = ways  # by the number of characters that are still to come
        self.count = sum(found.get(0, 0) for found in ways)

    def draw(self, dice: random.Random) -> str | None:
        """Return a text, or None where there is none."""
        if not self.count:
            return None
        place = dice.randrange(self.count)
        length = 0
        while place >= self.ways[length].get(0, 0):
            place -= self.ways[length].get(0, 0)
            length += 1
        state, letters = 0, list[str]()
        for left in range(length - 1, -1, -1):
            for target, weight in self.weights[state]:
                block = weight * self.ways[left].get(target, 0)
                if place < block:
                    letter, place = divmod(place, self.ways[left][target])
                    letters.append(self._letter(state, target, letter))
                    state = target
                    break
                place -= block
        return "".join(letters)

    def _letter(self, state: int, target: int, number: int) -> str:
        charset = next(letters for after, letters in self.automaton.edges(state) if after == target)
        for low, high in charset:
            for start, end in self.alphabet:
                inside = min(high, end) - max(low, start) + 1
                if 0 < inside <= number:
                    number -= inside
                elif inside > 0:
                    return chr(max(low, start) + number)
        raise AssertionError("the weights of an edge count its letters")


def jaccard(first: Automaton, second: Automaton, bound: int) -> float:
    """Return the share of common texts among those in either, up to a length; 1 for two empty languages."""
    both = first.intersect(second).count(bound)
    either = first.count(bound) + second.count(bound) - both
    return both / either if either else 1.0
