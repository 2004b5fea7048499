"""The learner's side: practice cases, self-assessment on the official criteria, progress, the gap to others' views."""
