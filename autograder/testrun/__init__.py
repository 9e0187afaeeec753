"""The test run: a workspace, the assignment's suites and a sandbox -> what each test came to."""
