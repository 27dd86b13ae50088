"""A ladder of environments that can be gamed on purpose, to measure who games them and whether that is seen."""
