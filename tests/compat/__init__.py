"""Tests of the drop-ins for other packages."""
