"""nbgrader's side: our scores in its gradebook, our feedback in its notebooks; nothing of a student's is run here.

nbgrader is imported where it is used: it is an extra, and slow to import.
"""
