"""From the reference: the stub and the notebook that students start from."""
