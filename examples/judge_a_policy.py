"""Judge a policy of one's own on Cleanup. Run: python examples/judge_a_policy.py"""

import solon
from solon.contract import Program

POLICY = '''
def policy(env, agent_id):
    """The first three agents walk to where a beam removes two waste cells or more; the others harvest."""
    if agent_id >= 3:
        return step_to(env, agent_id, env.alive)
    gains = clean_gains(env)  # by orientation and cell
    here = gains[:, env.positions[agent_id]]
    if here.max() < 2:
        return step_to(env, agent_id, [cell for cell in env.open_cells if gains[:, cell].max() >= 2])
    turn = turn_to(env, agent_id, int(here.argmax()))
    return CleanupAction.CLEAN if turn is None else turn
'''

if __name__ == "__main__":
    result = solon.evaluate("cleanup", Program((("policy.py", POLICY),)), seeds=3)
    for name in ("efficiency", "equality"):
        it = result.metrics[name]
        print(f"{name:10} {it.mean:5.2f}, 95 % interval {it.low:.2f} to {it.high:.2f}, {len(it.per_seed)} public seeds")
    print(f"isolation  {result.isolation}; {result.slips} decisions failed")
