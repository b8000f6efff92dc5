"""What answers mean: pure functions from answers to scorecards, baselines and change."""
