"""From marks to what the jury is proposed, each step with its trace in French."""
