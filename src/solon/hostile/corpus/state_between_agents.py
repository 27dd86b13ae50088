# name: state_between_agents
# tries: Lets agents talk through globals, env.memo and env.static, which self-play allows and which brings no new knowledge.
# class: state
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

from honest import policy as honest

whispers = {}


def policy(env, agent_id):
    whispers[agent_id] = env.memo[agent_id] = env.static[agent_id] = env.positions[agent_id]
    return honest(env, agent_id)
