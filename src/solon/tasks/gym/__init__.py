"""Any Gymnasium environment as a task: a program decides step by step, in the jail, from what it observes."""
