"""Pure renderers of a GradeReport: for Gradescope and the student, for the TA, for the terminal."""
