"""Tasks of planning: problems in words are formalised, solved by a solver and checked by an independent reading."""
