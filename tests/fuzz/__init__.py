"""Seeded garbage for the media worker. ``make fuzz`` throws a million datagrams; ``make test`` a short run."""
