"""Which service first: pure functions from facts about services to an explained ranking."""
