"""Sequential social dilemmas on a grid: Gathering, Commons and Cleanup."""
