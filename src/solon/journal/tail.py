"""Reading a journal while another process writes it."""

from pathlib import Path

from solon.contract import InfrastructureError
from solon.journal.facts import Fact
from solon.journal.log import Damaged, decode_line


class Tail:
    """Reads what was added to a journal since the last look; it writes nothing and holds no descriptor."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._lines = 0

    def facts(self) -> list[Fact]:
        """Return the facts that were completed since the last call; a line that is still being written waits.

        Raises Damaged when a whole line fails its checksum or the file has become shorter, InfrastructureError when it
        cannot be read.
        """
        try:
            if not self._path.exists():
                return []
            size = self._path.stat().st_size
            if size == self._read:
                return []
            if size < self._read:
                raise Damaged(f"{self._path} became shorter while it was read; open the run again")
            with self._path.open("rb") as file:
                file.seek(self._read)
                content = file.read()
        except OSError as error:
            raise InfrastructureError(f"cannot read {self._path} ({error.strerror}); check the folder") from None
        found: list[Fact] = []
        for line in content.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            self._lines += 1
            fact = decode_line(line[:-1])
            if fact is None:
                raise Damaged(f"line {self._lines} of {self._path} fails its checksum; restore the file from a copy")
            found.append(fact)
            self._read += len(line)
        return found
