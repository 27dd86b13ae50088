"""Classical planning: instances told in words, formalised or planned by a program, checked against the words' facts."""
