"""Judge a policy of one's own on Cleanup. Run: python examples/judge_a_policy.py"""

import solon
from solon.contract import Program

POLICY = '''
def policy(env, agent_id):
    """The first three agents clean what a beam can reach; the others walk to the nearest apple."""
    if agent_id >= 3:
        return step_to(env, agent_id, env.alive)
    gains = clean_gains(env)[:, env.positions[agent_id]]
    if gains.max() < 2:
        return step_to(env, agent_id, env.waste_cells)
    turn = turn_to(env, agent_id, int(gains.argmax()))
    return CleanupAction.CLEAN if turn is None else turn
'''

if __name__ == "__main__":
    result = solon.evaluate("cleanup", Program((("policy.py", POLICY),)), seeds=3)
    for name in ("efficiency", "equality"):
        it = result.metrics[name]
        print(f"{name:10} {it.mean:5.2f}, 95 % interval {it.low:.2f} to {it.high:.2f} over {len(it.per_seed)} public seeds")
    print(f"isolation  {result.isolation}; {result.slips} decisions failed")
