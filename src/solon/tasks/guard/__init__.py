"""Guards: policies on the tool calls of agents, decided at run time and analysed by proof."""
