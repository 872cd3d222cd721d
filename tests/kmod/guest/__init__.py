"""Tests that run inside a guest, by in_guest.py; one file a theme."""
