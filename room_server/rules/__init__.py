"""Law as data: notices, papers, clauses and clocks, each with its source."""
