"""What the tests of the kernel module share; runs in a guest, with the standard library alone."""
