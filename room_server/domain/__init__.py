"""The words and rules of mediation, in plain Python."""
