"""The demonstration: an invented council, filled by the same workflows that people use."""
