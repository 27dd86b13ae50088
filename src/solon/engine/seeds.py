"""All randomness of a run comes from one root secret; search seeds and sealed seeds never meet."""

import hashlib
import secrets
from functools import lru_cache

from solon.contract import Seed

ROOT_BITS = 128


def fresh_root() -> int:
    """Draw a root that nobody can guess."""
    return secrets.randbits(ROOT_BITS)


class Seeds:
    """The seeds of a run, derived from its root.

    The derivation is slow on purpose (scrypt, about 40 ms): a program that guesses a small root
    by re-simulating what it sees runs out of its CPU allowance first.
    """

    def __init__(self, root: int) -> None:
        if not 0 <= root < 2**ROOT_BITS:
            raise ValueError(f"the seed must lie in 0 .. 2**{ROOT_BITS} - 1, got {root}")
        self.root: int = root
        self._search = _stretch(root, b"search")
        self._sealed = _stretch(root, b"sealed")
        self._propose = _stretch(root, b"propose")

    @property
    def commitment(self) -> str:
        """Hash of the sealed key, written down before the first proposal and checked against the key later."""
        return hashlib.sha256(b"solon sealed key " + self._sealed).hexdigest()

    def search(self, count: int, *, start: int = 0) -> tuple[Seed, ...]:
        """Return search seeds ``start``, ``start`` + 1, ...; every candidate meets the same ones."""
        return tuple(Seed(number, self._search, "search") for number in range(start, start + count))

    def sealed(self, count: int) -> tuple[Seed, ...]:
        """Return the sealed seeds. Their numbers are secret too, for tasks that know no key."""
        return tuple(Seed(_number(self._sealed, index), self._sealed, "sealed") for index in range(count))

    def entropy(self, group: int) -> int:
        """Return the randomness of the proposer for one group, 128 bits."""
        digest = hashlib.blake2b(f"group/{group}".encode(), key=self._propose, digest_size=16).digest()
        return int.from_bytes(digest, "little")


def public_seeds(count: int) -> tuple[Seed, ...]:
    """Return the public seeds 0, 1, ..., those of published experiments; they are good for no claim."""
    return tuple(Seed(number) for number in range(count))


@lru_cache(maxsize=3)  # the driver of a run asks for its three keys more than once
def _stretch(root: int, purpose: bytes) -> bytes:
    secret = root.to_bytes(ROOT_BITS // 8, "little")
    return hashlib.scrypt(secret, salt=b"solon " + purpose, n=2**14, r=8, p=1, dklen=16)


def _number(key: bytes, index: int) -> int:
    """Map an index to 48 secret bits, far from the small numbers of search and public seeds."""
    digest = hashlib.blake2b(f"number/{index}".encode(), key=key, digest_size=6).digest()
    return int.from_bytes(digest, "little") | 1 << 47
