"""Sets of texts: regular expressions, finite automata over Unicode, globs; exact counts and shortest witnesses."""
