"""What each kind of role and guarded resource is for, and the proof that a policy allows that and nothing else."""
