"""The worker's side of a game: loads one program and answers each step's payload with one byte an agent.

    reply byte 0..8   the action          255   the policy raised          254   it returned no action of this game

A slip of one agent never stops the others; the first is described in a note. Running out of memory is no slip: it ends
the episode.
"""

import operator
from collections.abc import Callable

import msgspec

from solon.contract import Program
from solon.sandbox.loading import load
from solon.sandbox.worker import Answer, First, Note
from solon.tasks.games.geometry import CLEAN, STAND, Geometry
from solon.tasks.games.helpers import Helpers
from solon.tasks.games.maps import Map, load_map
from solon.tasks.games.paper_names import PaperNames, published_names
from solon.tasks.games.view import STEP_BYTES, Setup, Snapshot, snapshot_class

RAISED = 255
NO_ACTION = 254
SEED_BYTES = 16

Policy = Callable[[Snapshot, int], object]


class Prepared:
    """What all workers of one setup share: the map's tables, built before any program is loaded."""

    def __init__(self, setup: Setup, game_map: Map) -> None:
        self.setup = setup
        self.map = game_map
        self.geometry = Geometry(
            game_map,
            beam_length=setup.beam_length,
            beam_width=setup.beam_width,
            walls_stop_beams=setup.walls_stop_beams,
        )
        self.helpers = Helpers(self.geometry)
        self.paper = PaperNames(self.geometry, self.helpers)


def prepare(setup: bytes) -> Prepared:
    """Build the tables of a setup (JSON of ``Setup``). Raises msgspec.ValidationError or ValueError for a wrong one."""
    parsed = msgspec.json.decode(setup, type=Setup)
    return Prepared(parsed, load_map(parsed.game, parsed.map))


def begin(prepared: Prepared, program: Program, episode: bytes, note: Note) -> Answer:
    """Load a program and return the function that answers payloads. Raises what ``loading.load`` raises.

    The worker has seeded the generators with ``episode``: 16 bytes, then a byte for each agent that this worker plays,
    or none if it plays all of them.
    """
    setup = prepared.setup
    agents = episode[SEED_BYTES:] or bytes(range(setup.n_agents))
    environment = snapshot_class(setup, prepared.map, viewer=agents[0])
    names = published_names(setup.game, environment, prepared.paper) | prepared.helpers.names()
    policy = load(program, names, signature="env, agent_id")
    highest = CLEAN if setup.game == "cleanup" else STAND
    return _Answerer(policy, environment, agents, highest, note).answer


class _Answerer:
    """Asks a policy for the action of each of its agents, one payload after the other."""

    def __init__(self, policy: Policy, environment: type[Snapshot], agents: bytes, highest: int, note: Note) -> None:
        self._policy = policy
        self._environment = environment
        self._agents = tuple(agents)
        self._highest = highest
        self._tell = First(note)

    def answer(self, payload: bytes) -> bytes:
        env = self._environment(payload)
        return bytes([self._decide(env, agent, payload) for agent in self._agents])

    def _decide(self, env: Snapshot, agent: int, payload: bytes) -> int:
        try:
            action = self._policy(env, agent)
        except MemoryError:
            raise  # the whole worker is short of memory, so no later decision could be trusted
        except BaseException as error:  # noqa: BLE001  # whatever a policy raises is a slip, SystemExit included
            self._tell.raised(error, f"{_place(payload, agent)} raised ")
            return RAISED
        number = action if type(action) is int else exact_integer(action)
        if number is not None and 0 <= number <= self._highest:
            return number
        self._tell.returned(action, f"{_place(payload, agent)} ", f", which is no integer from 0 to {self._highest}")
        return NO_ACTION


def _place(payload: bytes, agent: int) -> str:
    return f"step {int.from_bytes(payload[:STEP_BYTES], 'little')}, agent {agent}: the policy"


def exact_integer(value: object) -> int | None:
    """Return a plain int for anything that counts as an integer, NumPy's and enumerations included, else None.

    The result is an exact int, so it carries no method of a hostile subclass.
    """
    try:
        return operator.index(value)  # pyright: ignore[reportArgumentType]  # that is the question
    except BaseException:  # noqa: BLE001  # __index__ is the program's code and may raise anything
        return None
