"""The use cases: one function each, one transaction or a few, events after the commit."""
