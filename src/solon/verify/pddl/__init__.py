"""Classical planning: problems in PDDL read, checked, simulated, compared, mutated and given to planners."""
