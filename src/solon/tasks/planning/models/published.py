"""What others published of their own problems of these kinds; ours are other problems, so no two columns compare."""

from typing import Final

from solon.contract import Figure

_S11: Final = "Li, Zhang, Mao-Jones (2023), Synthesizing mixed-integer linear programming models; 30 problems of theirs"
_S30: Final = "Yang and others (2024), OptiBench meets ReSocratic; 605 problems of theirs"
_S20: Final = "Hao, Zhang, Fan (2024), Planning anything with rigor (LLMFP); mean of nine tasks of theirs"
_S52: Final = "Jiang and others (2024), LLMOPT; NL4Opt"


def _figure(label: str, source: str, **metrics: float) -> Figure:
    return Figure("published", label, metrics, source)


_RIGOUR: Final = (
    _figure("LLMFP, GPT-4o, mean of nine tasks", _S20, optimal=0.837),
    _figure("LLMFP, Claude 3.5 Sonnet, mean of nine tasks", _S20, optimal=0.868),
)
_FIGURES: Final = {
    "paragraphs": (
        _figure("three stages, GPT", _S11, model=0.867, constraints_right=0.977),
        _figure("three stages, PaLM", _S11, model=0.700, constraints_right=0.944),
        _figure("ChatGPT, one step", _S11, model=0.267, constraints_right=0.848),
        _figure("LLMOPT", _S52, solved=0.930),
        _figure("LLMOPT without self-correction", _S52, solved=0.570),
        _figure("LLMOPT without five elements", _S52, solved=0.910),
        _figure("GPT-4, direct", _S52, solved=0.473),
    ),
    "scenarios": (
        _figure("GPT-4o, few-shot", _S30, named=0.694, executed=0.917),
        _figure("GPT-4o, zero-shot", _S30, named=0.661, executed=0.901),
        _figure("Llama-3-8B, tuned on ReSocratic data", _S30, named=0.511, executed=0.963),
    ),
}


def at(source: str) -> tuple[Figure, ...]:
    """Return what was published of problems like those of a source."""
    return _FIGURES.get(source, _RIGOUR)
