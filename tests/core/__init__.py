"""Tests of the contract, and the toys it must carry."""
