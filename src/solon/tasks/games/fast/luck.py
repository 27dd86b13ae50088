"""NumPy's generators again, compiled: the Philox of the keyed draws, reached at any number, and the paper's PCG64.

Equal to NumPy bit for bit. Philox 4x64-10 (Salmon et al. 2011) turns a counter and a key into four words, so number
``i`` of a stream is computed when it is asked for and the others never are. PCG64 is a 128-bit congruential generator
with the XSL-RR output (O'Neill 2014); bounded integers follow Lemire (2019) on 32-bit halves, of which NumPy keeps the
unused one for the next.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from solon.contract import Seed
from solon.tasks.games.fast.compiler import compiled, inlined, numba
from solon.tasks.games.streams import PaperDraws

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

_HALF = (1 << 64) - 1

STREAMS = ("order", "waste", "apples")
ORDER, WASTE, APPLES = (slice(0, 2), slice(2, 4), slice(4, 6))  # where a stream's key stands in an episode's luck
LUCK = 2 * len(STREAMS)  # words of an episode's luck; the paper's generator takes as many

_M0, _M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_W0, _W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_PCG_HIGH, _PCG_LOW = np.uint64(0x2360ED051FC65DA4), np.uint64(0x4385DF649FCCF645)
_LOW_32, _32, _11 = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(11)
_0, _1, _58, _64 = np.uint64(0), np.uint64(1), np.uint64(58), np.uint64(64)
_UNIT = 2.0**-53


def _make_multiply_high() -> Callable[[np.uint64, np.uint64], np.uint64]:
    """Return the upper 64 bits of a product, which NumPy's types cannot say and the processor does at once."""
    uint64 = numba("types").uint64

    def multiply_high(_context: Any, _a: Any, _b: Any) -> Any:  # numba's protocol of intrinsics has no types
        def generate(_context: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
            word = arguments[0].type
            wide = type(word)(128)
            factors = [builder.zext(argument, wide) for argument in arguments]
            product = builder.lshr(builder.mul(*factors), wide(64))
            return builder.trunc(product, word)

        return uint64(uint64, uint64), generate

    return cast("Callable[[np.uint64, np.uint64], np.uint64]", numba("extending").intrinsic(multiply_high))


_multiply_high = _make_multiply_high()


def keyed_luck(seed: Seed) -> list[int]:
    """Return the keys of an episode's streams, as ``KeyedDraws`` derives them."""
    return [word for purpose in STREAMS for word in stream_key(seed, purpose)]


def stream_key(seed: Seed, purpose: str) -> tuple[int, int]:
    """Return the two key words of a seed's Philox stream for one purpose."""
    number = int.from_bytes(seed.derive(purpose), "little")
    return number & _HALF, number >> 64


def paper_luck(draws: PaperDraws) -> list[int]:
    """Return the state of the paper's generator: state, increment, whether half a word is left, and this half."""
    state = draws.generator.bit_generator.state
    numbers = cast("dict[str, int]", state["state"])
    words = [word for name in ("state", "inc") for word in (numbers[name] >> 64, numbers[name] & _HALF)]
    return [*words, int(cast("int", state["has_uint32"])), int(cast("int", state["uinteger"]))]


@inlined
def unit(word: np.uint64) -> float:
    """Return 64 bits as a number in [0, 1), as NumPy does."""
    return float(np.int64(word >> _11)) * _UNIT


@compiled
def fill(key: Words, first: int, count: int, row: Floats) -> int:
    """Write numbers ``first`` to ``first + count`` of a keyed stream to a row and return where the first one stands.

    Blocks of four are written whole, so the row needs six entries more. NumPy counts blocks from one.
    """
    for block in range(first >> 2, (first + count + 3) >> 2):
        c0, c1, c2, c3 = np.uint64(block + 1), _0, _0, _0
        k0, k1 = key[0], key[1]
        for _ in range(10):
            h0, l0 = _multiply_high(_M0, c0), _M0 * c0
            h1, l1 = _multiply_high(_M1, c2), _M1 * c2
            c0, c1, c2, c3 = h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0
            k0 += _W0
            k1 += _W1
        place = 4 * (block - (first >> 2))
        row[place], row[place + 1], row[place + 2], row[place + 3] = unit(c0), unit(c1), unit(c2), unit(c3)
    return first & 3


@compiled
def pcg_word(luck: Words) -> np.uint64:
    """Advance the paper's generator and return 64 bits."""
    high, low = luck[0], luck[1]
    product = low * _PCG_LOW
    carry = _multiply_high(low, _PCG_LOW) + high * _PCG_LOW + low * _PCG_HIGH
    luck[1] = product + luck[3]
    luck[0] = carry + luck[2] + (_1 if luck[1] < product else _0)
    turn = luck[0] >> _58
    mixed = luck[0] ^ luck[1]
    return mixed if turn == _0 else (mixed >> turn) | (mixed << (_64 - turn))


@compiled
def _pcg_half(luck: Words) -> np.uint64:
    """Return 32 bits: the half that was left, or the lower one of a new word."""
    if luck[4]:
        luck[4] = _0
        return luck[5]
    word = pcg_word(luck)
    luck[4] = _1
    luck[5] = word >> _32
    return word & _LOW_32


@compiled
def pcg_below(luck: Words, count: int) -> int:
    """Return what ``integers(count)`` would, for a count of at least one; for one, nothing is drawn."""
    if count == 1:
        return 0
    span = np.uint64(count)
    product = _pcg_half(luck) * span
    if product & _LOW_32 < span:
        threshold = (_LOW_32 - span + _1) % span
        while product & _LOW_32 < threshold:
            product = _pcg_half(luck) * span
    return int(product >> _32)


@inlined
def pcg_unit(luck: Words) -> float:
    """Return what ``random()`` would."""
    return unit(pcg_word(luck))
