"""A bench's folder: settings, and a line for every finished row, so that an interruption loses none."""

from pathlib import Path

import msgspec

from solon.bench.results import Payoffs, Row, Settings
from solon.contract import InfrastructureError, Value
from solon.engine import Bundle

_SETTINGS, _ROWS, _DONE = "bench.json", "rows.jsonl", "tables.json"


class _Line(Value, frozen=True):
    row: Row | None = None
    payoffs: Payoffs | None = None


class Store:
    """The folder of one bench."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder: Path = folder
        self.settings: Settings = settings
        self._bundle: Bundle = Bundle(folder)
        self._lines: list[_Line] = self._read()

    def row(self, table: str, key: str) -> Row | None:
        """Return a row that is finished, the last of its name."""
        return next(
            (it.row for it in reversed(self._lines) if it.row and (it.row.table, it.row.key) == (table, key)), None
        )

    def payoffs(self, table: str) -> Payoffs | None:
        """Return a table's payoff matrix if it is finished, the last one."""
        return next((it.payoffs for it in reversed(self._lines) if it.payoffs and it.payoffs.table == table), None)

    def keep(self, row: Row | None = None, payoffs: Payoffs | None = None) -> None:
        """Keep something that is finished; the file is the old one or the new one, whatever happens."""
        self._lines.append(_Line(row, payoffs))
        self.write(_ROWS, b"".join(msgspec.json.encode(line) + b"\n" for line in self._lines))

    def write(self, name: str, content: bytes) -> Path:
        """Write a file of the folder whole. Raises InfrastructureError."""
        return self._bundle.write(name, content)

    def _read(self) -> list[_Line]:
        path = self.folder / _ROWS
        try:
            return [msgspec.json.decode(line, type=_Line) for line in path.read_bytes().splitlines()]
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError) as error:
            raise InfrastructureError(f"{path} is damaged ({error}); restore it, or choose another --out") from None


def open_folder(folder: Path | None, settings: Settings) -> Store:
    """Open a bench's folder, new or of the same settings.

    Without a name it is the last runs/bench-EXPERIMENT-N if that is unfinished and has the same settings, else the
    next one. Raises ValueError for a folder of other settings, or one that holds something else.
    """
    chosen = folder if folder is not None else _usual(settings)
    found = _settings(chosen)
    if found is None:
        if chosen.is_dir() and any(chosen.iterdir()):
            raise ValueError(f"{chosen} is not empty and holds no bench; choose another --out")
        store = Store(chosen, settings)
        store.write(_SETTINGS, msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n")
        return store
    if found != settings:
        raise ValueError(f"{chosen} is a bench with other settings ({_said(found)}); choose another --out")
    return Store(chosen, settings)


def _usual(settings: Settings) -> Path:
    stem, number = Path("runs") / f"bench-{settings.experiment}", 1
    while (next_one := stem.with_name(f"{stem.name}-{number}")).exists():
        if not (next_one / _DONE).exists() and _settings(next_one) == settings:
            return next_one
        number += 1
    return next_one


def _settings(folder: Path) -> Settings | None:
    try:
        return msgspec.json.decode((folder / _SETTINGS).read_bytes(), type=Settings)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise InfrastructureError(f"{folder / _SETTINGS} is damaged ({error}); choose another --out") from None


def _said(it: Settings) -> str:
    quick = "quick, " if it.quick else ""
    return f"{it.experiment}, {quick}seed {it.seed}, {it.seeds} seeds, {it.partner_seeds} for partners"
