"""Grid worlds: one program writes the whole list of actions for any instance, before the first is carried out."""
