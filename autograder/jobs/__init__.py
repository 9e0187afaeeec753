"""Many submissions: a class graded on this machine."""
