"""An assignment on Gradescope: the zip, what runs in its container, and a rehearsal of it here."""
