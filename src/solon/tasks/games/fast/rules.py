"""One step of one episode, compiled: the rules of ``kernel``, ``cleanup`` and ``gathering`` on arrays.

Arrays get names outside of loops: each time that one is fetched from a tuple, its references are counted.
"""

import numpy as np

from solon.tasks.games.fast.compiler import compiled, inlined
from solon.tasks.games.fast.luck import APPLES, ORDER, WASTE, fill, pcg_below, pcg_unit
from solon.tasks.games.fast.tables import CLEANUP, CLOCK, COMMONS, DIRTY, GATHERING, Floats, Integers, State, World
from solon.tasks.games.kernel import BEAM, CLEAN, ROTATE_LEFT, ROTATE_RIGHT, STEP_RIGHT


@inlined
def _seat(world: World, it: State) -> None:
    """Put the agents in the order of acting; ties keep the order of the indices."""
    order = it.order
    if not world.fair_order:
        for agent in range(world.n_agents):
            order[agent] = agent
        return
    first = fill(it.luck[ORDER], it.counts[CLOCK] * world.n_agents, world.n_agents, it.row)
    ranks = it.row[first:]
    for agent in range(world.n_agents):
        place = agent
        while place > 0 and ranks[order[place - 1]] > ranks[agent]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = agent


@inlined
def _tag(world: World, it: State, agent: int, rewards: Floats) -> None:
    cells, timeouts, hits = it.cells, it.timeouts, it.hits
    beam = world.in_beam[cells[agent] * 4 + it.orientations[agent]]
    rewards[agent] -= world.fire_cost
    for other in range(world.n_agents):
        if beam[cells[other]] and not timeouts[other]:
            hits[other] += 1
            rewards[other] -= world.hit_penalty
            if hits[other] >= world.hits_to_tag:
                timeouts[other] = world.timeout_steps
                hits[other] = 0


@inlined
def _clean(world: World, it: State, agent: int, rewards: Floats) -> None:
    waste, covered = it.waste, world.covered[it.cells[agent] * 4 + it.orientations[agent]]
    rewards[agent] -= world.clean_cost
    removed = 0
    for river in covered:
        if river < 0:
            break
        removed += waste[river]
        waste[river] = 0
    it.counts[DIRTY] -= removed


@inlined
def _act(world: World, it: State, actions: Integers, rewards: Floats) -> None:
    order, cells, orientations, timeouts, moves = it.order, it.cells, it.orientations, it.timeouts, world.moves
    for seat in range(world.n_agents):
        agent = order[seat]
        action = actions[agent]
        if timeouts[agent]:
            continue
        if 0 <= action <= STEP_RIGHT:
            target = moves[cells[agent] * 4 + orientations[agent], action]
            if not (world.exclusive_cells and (cells == target).any()):
                cells[agent] = target
        elif action == ROTATE_LEFT:
            orientations[agent] = (orientations[agent] + 3) & 3
        elif action == ROTATE_RIGHT:
            orientations[agent] = (orientations[agent] + 1) & 3
        elif action == BEAM:
            _tag(world, it, agent, rewards)
        elif action == CLEAN and world.game == CLEANUP:
            _clean(world, it, agent, rewards)


@inlined
def _place(world: World, it: State, row: Floats) -> int:
    """Choose a clean river cell without an agent: any with the paper's draws, else the luckiest; -1 without one."""
    blocked, cells, river_at = it.blocked, it.cells, world.river_at
    blocked[: world.n_river] = it.waste
    for agent in range(world.n_agents):
        blocked[river_at[cells[agent]]] = 1
    chosen = -1
    if world.paper:
        count = world.n_river
        for river in range(world.n_river):
            count -= blocked[river]
        left = pcg_below(it.luck, count) if count else -1
        for river in range(world.n_river):
            if not blocked[river]:
                if left == 0:
                    chosen = river
                left -= 1
    else:
        highest = -1.0
        for river in range(world.n_river):
            if not blocked[river] and row[river] > highest:
                highest, chosen = row[river], river
    return chosen


@inlined
def _pollute(world: World, it: State) -> None:
    luck, row = it.luck, it.row
    if world.paper:
        appears = pcg_unit(luck) < world.waste_chance
    else:
        start = it.counts[CLOCK] * (1 + world.n_river)
        row = row[fill(luck[WASTE], start, 1, row) :]
        appears = row[0] < world.waste_chance
        if appears:
            fill(luck[WASTE], start, 1 + world.n_river, it.row)
    chosen = _place(world, it, row[1:]) if appears else -1
    if chosen >= 0:
        it.waste[chosen] = 1
        it.counts[DIRTY] += 1


@inlined
def _grow_orchard(world: World, it: State) -> None:
    """Cleanup: dead apples without an agent on them grow, each with the chance that the river's waste leaves."""
    if it.counts[DIRTY] < world.depleted:
        _pollute(world, it)
    chance = world.growth[it.counts[DIRTY]]
    if chance > 0.0:
        alive, blocked, luck, row = it.alive, it.blocked, it.luck, it.row
        cells, apple_at = it.cells, world.apple_at
        blocked[: world.n_apples + 1] = alive
        for agent in range(world.n_agents):
            blocked[apple_at[cells[agent]]] = 1
        if not world.paper:
            row = row[fill(luck[APPLES], it.counts[CLOCK] * world.n_apples, world.n_apples, row) :]
        for apple in range(world.n_apples):
            if not blocked[apple] and (pcg_unit(luck) if world.paper else row[apple]) < chance:
                alive[apple] = 1


@inlined
def _grow_patches(world: World, it: State) -> None:
    """Commons: dead apples grow one after the other, each seeing those that just grew."""
    alive, stock, luck, row = it.alive, it.stock, it.luck, it.row
    growth, helped = world.growth, world.near
    if not world.paper:
        row = row[fill(luck[APPLES], it.counts[CLOCK] * world.n_apples, world.n_apples, row) :]
    for apple in range(world.n_apples):
        if not alive[apple]:
            chance = growth[stock[apple]]
            if chance > 0.0 and (pcg_unit(luck) if world.paper else row[apple]) < chance:
                alive[apple] = 1
                for near in helped[apple]:
                    if near >= 0:
                        stock[near] += 1


@inlined
def _count_down(world: World, it: State) -> None:
    """Gathering: an apple is dead exactly while its timer runs."""
    alive, timers = it.alive, it.timers
    for apple in range(world.n_apples):
        if timers[apple]:
            timers[apple] -= 1
            alive[apple] = timers[apple] == 0


@inlined
def _collect(world: World, it: State, rewards: Floats) -> None:
    cells, timeouts, alive, order, apple_at = it.cells, it.timeouts, it.alive, it.order, world.apple_at
    timers, stock, helped = it.timers, it.stock, world.near
    for seat in range(world.n_agents):
        agent = order[seat]
        apple = apple_at[cells[agent]]
        if alive[apple] and not timeouts[agent]:
            alive[apple] = 0
            rewards[agent] += 1.0
            if world.game != CLEANUP:
                timers[apple] = world.taken_timer
            if world.game == COMMONS:
                for near in helped[apple]:
                    if near >= 0:
                        stock[near] -= 1


@inlined
def advance(world: World, it: State, actions: Integers, rewards: Floats) -> None:
    """Play one step of one episode and write the rewards."""
    timeouts = it.timeouts
    rewards[:] = 0.0
    for agent in range(world.n_agents):
        if timeouts[agent]:
            timeouts[agent] -= 1
    _seat(world, it)
    _act(world, it, actions, rewards)
    if world.game == CLEANUP:
        _grow_orchard(world, it)
    elif world.game == COMMONS:
        _grow_patches(world, it)
    elif world.game == GATHERING:
        _count_down(world, it)
    _collect(world, it, rewards)
    it.counts[CLOCK] += 1


@inlined
def episode_of(state: State, number: int) -> State:
    """Return one episode of a batch; its arrays are views."""
    return State(
        state.counts[number],
        state.cells[number],
        state.orientations[number],
        state.timeouts[number],
        state.hits[number],
        state.alive[number],
        state.timers[number],
        state.stock[number],
        state.waste[number],
        state.luck[number],
        state.order,
        state.blocked,
        state.row,
    )


@compiled
def advance_all(world: World, state: State, actions: Integers, rewards: Floats) -> None:
    """Play the steps (steps, episodes, agents) of all episodes and add up the rewards (episodes, agents)."""
    earned = np.zeros(world.n_agents)
    for number in range(len(rewards)):
        it = episode_of(state, number)
        for step in range(len(actions)):
            advance(world, it, actions[step, number], earned)
            for agent in range(world.n_agents):
                rewards[number, agent] += earned[agent]
