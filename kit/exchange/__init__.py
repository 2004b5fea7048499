"""What leaves for other tools: grades for a learning platform, results as data, the declaration of certified people."""
