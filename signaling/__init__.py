"""The live room: who is in it, what they see, hear and write. Knows no law and no database."""
