"""The sample company and what its people answer over four weeks."""
