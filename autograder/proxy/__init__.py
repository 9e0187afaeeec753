"""The proxy: how a hidden test reaches the student's code, and how plain data comes back."""
