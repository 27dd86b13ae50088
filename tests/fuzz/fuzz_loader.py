"""Drive the program loader by coverage; nothing is executed. Start and findings are as for ``fuzz_wire.py``."""

import sys
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["solon.sandbox", "solon.contract"]):
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from fuzz import targets

if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the compiler's remarks on the programs
    atheris.Setup(sys.argv, targets.check_loading)
    atheris.Fuzz()
