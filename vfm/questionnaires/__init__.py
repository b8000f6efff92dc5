"""What is asked: pure values and rules about assessment templates and answers."""
