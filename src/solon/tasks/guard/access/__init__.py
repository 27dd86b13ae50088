"""Access control: policies of Amazon's IAM read, evaluated, compared exactly, mutated, summarised and synthesised."""
