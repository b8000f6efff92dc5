"""The outside: the one room that reads files, published figures and other systems."""
