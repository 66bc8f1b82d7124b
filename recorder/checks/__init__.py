"""The single checks of a dossier. Nothing here needs more than the standard library, cryptography and pyHanko."""
