"""Trips by request: a world of flights, roads, stays and meals, its planner, its judge and its negotiator."""
