"""The story of an episode in words: a line every tenth of it, and where something went wrong."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from solon.contract import Episode
from solon.playback import Moment, quote
from solon.tasks.games.cleanup import Cleanup
from solon.tasks.games.kernel import Kernel

PARTS = 10  # lines that tell how things stand
PATIENCE = 25  # steps without any apple, or with a river that is too dirty, that are worth a word
NAMED = 12  # agents or pairs of agents named in one line


class _Spell:
    """A state that lasts; a long one is told at the step at which it began."""

    def __init__(self, what: str, bad: Callable[[], bool]) -> None:
        self._what = what
        self._bad = bad
        self._since = 0 if bad() else None

    def look(self, step: int, *, over: bool = False) -> Moment | None:
        """Take in a step; return the spell that ends with it, or with the episode, if it was long."""
        if self._bad() and not over:
            self._since = step if self._since is None else self._since
            return None
        since, self._since = self._since, None
        if since is None or step - since < PATIENCE:
            return None
        return Moment(since, f"from here to step {step} ({step - since} steps): {self._what}", trouble=True)


class Story:
    """Takes in an episode step by step. Step 0 is the start, step 1 what the first decisions led to."""

    def __init__(self, kernel: Kernel, steps: int) -> None:
        self._kernel = kernel
        self._steps = steps
        self._part = -(-steps // PARTS)
        self._moments: list[Moment] = []
        self._returns = [0.0] * kernel.n_agents
        self._gained = [0] * kernel.n_agents  # step of the last reward above zero
        self._hungry: set[int] = set()  # agents of which it was told
        self._told = (0, "")  # when the last line was written in full, and that line
        self._spells = [_Spell(f"not one {kernel.crop} is on the map", lambda: not any(kernel.alive))]
        if isinstance(kernel, Cleanup) and kernel.board.river:
            what = f"waste covers {kernel.depleted} of {len(kernel.board.river)} river cells or more, so nothing grows"
            self._spells.append(_Spell(what, lambda: kernel.waste.count(1) >= kernel.depleted))
        self._turn()

    def _turn(self) -> None:
        """Begin a new part of the episode."""
        self._before = sum(self._returns)
        self._cleaned: Counter[int] = Counter()
        self._tags: Counter[tuple[int, int]] = Counter()
        self._places = list(self._kernel.cells)
        self._still = set(range(self._kernel.n_agents))

    def step(self, rewards: Sequence[float], cleaning: Iterable[int], tags: Sequence[tuple[int, int]]) -> None:
        """Take in the kernel's last step; ``tags`` are pairs of who and whom."""
        kernel = self._kernel
        now = kernel.clock
        for agent, reward in enumerate(rewards):
            if reward:
                self._returns[agent] += reward
                if reward > 0:
                    self._gained[agent] = now
                    self._hungry.discard(agent)
        self._cleaned.update(cleaning)
        self._tags.update(tags)
        if self._still:
            self._still.difference_update(kernel.beams)
            self._still -= {agent for agent in self._still if kernel.cells[agent] != self._places[agent]}
        self._look(over=False)
        if now % self._part == 0 or now == self._steps:
            self._tell(now)
            self._turn()

    def _look(self, *, over: bool) -> None:
        for spell in self._spells:
            if moment := spell.look(self._kernel.clock, over=over):
                self._moments.append(moment)

    def _tell(self, now: int) -> None:
        """Say how things stand, and what went wrong since the last time."""
        kernel, returns = self._kernel, self._returns
        crop = f"{kernel.alive.count(1)} of {len(kernel.board.apples)} {kernel.crop}s on the map"
        waste = f", waste on {kernel.waste.count(1)} of {len(kernel.board.river)} river cells" * bool(
            kernel.board.river
        )
        parts = [
            f"rewards since the last such line {sum(returns) - self._before:+g}; {crop}{waste}",
            f"returns so far {' '.join(f'{value:g}' for value in returns)}",
        ]
        if self._cleaned:
            parts.append(f"cleaning beams by agents {_counts((str(a), n) for a, n in self._cleaned.most_common())}")
        if away := [agent for agent, timeout in enumerate(kernel.timeouts) if timeout]:
            parts.append(f"tagged out: {self._agents(away)}")
        if still := sorted(self._still):
            parts.append(f"neither moved nor fired: {self._agents(still)}")
        text = "; ".join(parts)
        step, told = self._told
        self._moments.append(Moment(now, f"as at step {step}" if told == text else text))
        self._told = (step, told) if told == text else (now, text)
        if self._tags:
            pairs = ((f"{who}>{whom}", count) for (who, whom), count in self._tags.most_common())
            text = f"{self._tags.total()} tags since the last such line, as who>whom: {_counts(pairs)}"
            self._moments.append(Moment(now, text, trouble=True))
        starved = {agent for agent, gained in enumerate(self._gained) if now - gained >= 2 * self._part}
        if new := sorted(starved - self._hungry):
            self._hungry |= starved
            text = f"no reward above zero for {2 * self._part} steps or more: {self._agents(new)}"
            self._moments.append(Moment(now, text, trouble=True))

    def _agents(self, agents: Sequence[int]) -> str:
        if len(agents) == self._kernel.n_agents:
            return "all agents"
        shown = ", ".join(map(str, agents[:NAMED]))
        return f"agent{'s' * (len(agents) > 1)} {shown}{_rest(len(agents))}"

    def finish(self, episode: Episode) -> tuple[Moment, ...]:
        """Return all moments by step; the program's own words are quoted."""
        self._look(over=True)
        if fault := episode.first_slip:
            text = f"{fault.message}; {episode.slips} decisions of the episode failed, this was the first"
            words = f"\n{quote(fault.traceback)}" if fault.traceback else ""
            self._moments.append(Moment(fault.step or 0, text + words, trouble=True))
        return tuple(sorted(self._moments, key=lambda moment: moment.step))


def _counts(counted: Iterable[tuple[str, int]]) -> str:
    words = [what if count == 1 else f"{what} ({count}x)" for what, count in counted]
    return ", ".join(words[:NAMED]) + _rest(len(words))


def _rest(count: int) -> str:
    return f" and {count - NAMED} more" if count > NAMED else ""
